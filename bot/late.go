package bot

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix"

	"buffet/commands"
	"buffet/lang"
	"buffet/store"
)

// An invitation, an upgrade or a reaction waits for a homeserver that is away
// or overloaded, for about a day; nobody would repeat it.
const (
	lateTries = 300
	latePause = 5 * time.Minute
)

// patience is how often an event that fails like this is tried, and how long
// the pauses grow.
func patience(kind string, err error) (tries int, pause time.Duration) {
	if (kind == store.InInvite || kind == store.InTombstone || kind == store.InReaction) && (passing(err) || errors.Is(err, errSpaceLater)) {
		return lateTries, latePause
	}
	return store.Tries, time.Minute
}

// passing are the errors that time mends: no answer, or that of a homeserver
// that cannot do it now.
func passing(err error) bool {
	var answer mautrix.HTTPError
	return errors.As(err, &answer) && (answer.Response == nil || answer.IsStatus(http.StatusTooManyRequests) || answer.Response.StatusCode >= 500)
}

// giveUp ticks an event off that failed for good, and says so.
func (b *Bot) giveUp(ctx context.Context, log zerolog.Logger, in store.Incoming, why error) {
	number := faultNumber()
	log.Error().Err(why).Str("fault", number).Msg("event given up")
	room, err := b.Store.Room(ctx, in.Room)
	language := b.langOf(ctx, in.Room)
	if err == nil && room.Direct != "" {
		language = b.directLang(ctx, room.Direct)
	}
	err = b.Store.Write(ctx, func(tx *store.Tx) error {
		if ok, err := tx.Handled(ctx, in.Seq); err != nil || !ok {
			return err
		}
		switch in.Kind {
		case store.InMessage:
			return b.answer(ctx, tx, b.bare(in), &commands.Reply{Text: b.Phrases.Text(language, "bot_fault", lang.Values{"Number": number})})
		case store.InInvite:
			return b.tellOutside(ctx, tx, in, room, language, "bot_invite_late") // of a room that is not known nobody of ours waits for us
		case store.InTombstone:
			if err := tx.NotDirect(ctx, in.Room); err != nil { // what is to be said there needs a new chat
				return err
			}
			return b.tellOutside(ctx, tx, in, room, language, "bot_upgrade_late")
		case store.InReaction:
			return b.tellMark(ctx, tx, in, language)
		}
		return nil
	})
	if err != nil {
		log.Err(err).Msg("cannot give event up")
	}
}

// tellOutside tells those whom it concerns that we cannot get into a room:
// organisers, or the person of a direct chat.
func (b *Bot) tellOutside(ctx context.Context, tx *store.Tx, in store.Incoming, room store.Room, language, phrase string) error {
	key, now := "late/"+in.Event.String(), time.Now()
	if n := b.Network(room.Network); n != nil {
		return TellOrganisers(ctx, tx, n, key, b.Phrases.Text(n.Lang, phrase, lang.Values{"Room": room.ID.String()}), now)
	}
	if _, _, err := room.Direct.Parse(); err != nil {
		return nil //nolint:nilerr // a space; or somebody who wants nothing stored, the id is a hash
	}
	text := b.Phrases.Text(language, "bot_chat_late", nil)
	_, err := tx.Send(ctx, store.Message{Key: key, User: room.Direct, Plain: text.Plain(), HTML: text.HTML(), IfThere: true}, now)
	return err
}

// tellMark tells a person, once a day, that we could not follow a reaction.
func (b *Bot) tellMark(ctx context.Context, tx *store.Tx, in store.Incoming, language string) error {
	var r reacted
	if json.Unmarshal([]byte(in.Content), &r) != nil {
		return nil
	}
	now := time.Now()
	key := "late/" + tx.HashPerson(in.Sender) + "/" + now.UTC().Format(time.DateOnly)
	first, err := tx.Tell(ctx, key, now)
	if err != nil || !first {
		return err
	}
	text := b.Phrases.Text(language, "bot_mark_late", lang.Values{"Sign": r.Sign})
	_, err = tx.Send(ctx, store.Message{Key: key, User: in.Sender, Plain: text.Plain(), HTML: text.HTML(), IfThere: true}, now)
	return err
}
