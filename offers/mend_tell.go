package offers

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// maxMentions is how many people one message mentions; others are told in
// their direct chats.
const maxMentions = 200

// teller tells of one change: each room where it was announced once, and each
// person who signed up once, there or in their direct chat.
type teller struct {
	*Mender
	key  string
	tell telling
	now  time.Time
	open []*personal // what people who signed up have not been told yet
}

// personal is what changed about one date for one person.
type personal struct {
	user    id.UserID
	network string
	named   bool // others may see that they come
	moved   []move
	told    bool
}

// knowMembers has the members of the rooms known in which people may be
// mentioned. Where that fails, they are told in their direct chats.
func (m *Mender) knowMembers(ctx context.Context, offers []int64) error {
	q := m.Store.Reader()
	signed := map[int64]bool{}
	for _, n := range offers {
		list, err := store.KnownOf(ctx, q, n)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			signed[n] = true
		}
	}
	if len(signed) == 0 {
		return nil
	}
	posts, err := store.OpenAnnouncements(ctx, q, m.Now())
	if err != nil {
		return fmt.Errorf("read announcements: %w", err)
	}
	asked := map[id.RoomID]bool{}
	for _, a := range posts {
		if asked[a.Room] {
			continue
		}
		items, err := store.AnnouncementItems(ctx, q, a.Key)
		if err != nil {
			return fmt.Errorf("read announced dates: %w", err)
		}
		if !slices.ContainsFunc(items, func(i store.AnnouncementItem) bool { return signed[i.Offer] }) {
			continue
		}
		asked[a.Room] = true
		if err := m.KnowMembers(ctx, a.Room); err != nil {
			zerolog.Ctx(ctx).Warn().Err(err).Stringer("room_id", a.Room).Msg("members unknown: nobody is mentioned")
		}
	}
	return nil
}

// know gathers what people who signed up do not know yet, and notes that they
// do: it is told in this transaction.
func (t *teller) know(ctx context.Context, tx *store.Tx) error {
	for _, n := range t.tell.Offers {
		list, err := store.KnownOf(ctx, tx, n)
		if err != nil {
			return err
		}
		var o store.Offer
		if len(list) > 0 {
			if o, err = store.OfferByID(ctx, tx, n); err != nil {
				return err
			}
		}
		for _, k := range list {
			if !t.tell.tells(k.Offer, k.Key) {
				continue
			}
			was := store.AnnouncementItem{Offer: k.Offer, Key: k.Key, Start: k.Start, Location: k.Location, Status: store.OfferActive}
			if k.Off {
				was.Status = store.OfferCancelled
			}
			is, err := current(ctx, tx, was)
			if err != nil {
				return err
			}
			if !k.Start.IsZero() {
				if moved := movesOf(was, is, t.now); len(moved) > 0 {
					t.open = append(t.open, &personal{user: k.User, network: o.Network, named: k.Name != "", moved: moved})
				}
			}
			k.Start, k.Location, k.Off = is.Start, is.Location, is.Status != store.OfferActive
			if err := tx.ToldKnown(ctx, k); err != nil {
				return err
			}
		}
	}
	return nil
}

// room says in a room what moved, and mentions its members who signed up.
// Their names are not in the text: who comes is for the others a number.
func (t *teller) room(ctx context.Context, tx *store.Tx, n *news) error {
	if len(n.moved) == 0 {
		return nil
	}
	mentions, err := t.mentions(ctx, tx, n)
	if err != nil {
		return err
	}
	v := n.room.view(t.Phrases, t.now)
	text := v.news(n.moved, t.tell.mendArgs)
	if len(mentions) > 0 {
		text.Line().Say(v.say("mend_mentioned"))
	}
	_, err = tx.Send(ctx, store.Message{Key: t.key + "/" + n.room.Room.String(), Room: n.room.Room,
		Plain: text.Plain(), HTML: text.HTML(), Mentions: mentions}, t.now)
	return err
}

// mentions are those who hear of it in a room: its members who do not know yet
// what is said there, and of whom others may know that they come: they said so
// there, or are glad to be named. Everybody in the room sees who is mentioned.
func (t *teller) mentions(ctx context.Context, tx *store.Tx, n *news) (list []id.UserID, err error) {
	if len(t.open) == 0 {
		return nil, nil
	}
	members, err := store.SureMembers(ctx, tx, n.room.Room)
	if err != nil {
		return nil, err
	}
	said := map[dateKey][]id.UserID{}
	for _, mv := range n.moved[:min(len(n.moved), maxNews)] {
		if said[keyOf(mv.is)], err = store.SaidIn(ctx, tx, n.room.Room, mv.is.Offer, mv.is.Key); err != nil {
			return nil, err
		}
	}
	for _, p := range t.open {
		here, told := said[keyOf(p.moved[0].is)]
		if p.told || !told || !p.named && !slices.Contains(here, p.user) || !slices.Contains(members, p.user) {
			continue
		}
		if !slices.Contains(list, p.user) {
			if len(list) == maxMentions {
				continue
			}
			list = append(list, p.user)
		}
		p.told = true
	}
	return list, nil
}

// people tells those in their direct chats who were mentioned in no room where it
// was said.
func (t *teller) people(ctx context.Context, tx *store.Tx) error {
	for i, p := range t.open {
		if p.told {
			continue
		}
		var moved []move
		for _, more := range t.open[i:] { // one message for all that is new to them
			if more.user == p.user && more.network == p.network && !more.told {
				moved, more.told = append(moved, more.moved...), true
			}
		}
		n, ok := t.Network(p.network)
		if !ok {
			continue
		}
		v := n.view(t.Phrases, t.now)
		text := v.news(moved, t.tell.mendArgs).Line().Say(v.say("mend_signed_up"))
		if one := moved[0].is; one.Status == store.OfferActive {
			next, err := NextOpen(ctx, tx, one.Offer, t.now)
			if store.Ignore(err) != nil {
				return err
			}
			text.Raw(" ").Say(v.say("mend_sign_off", lang.Values{"Off": v.signOffWord(one, next.Key.Equal(one.Key))}))
		}
		_, err := tx.Send(ctx, store.Message{Key: t.key + "/" + p.network + "/" + tx.HashPerson(p.user), User: p.user,
			Plain: text.Plain(), HTML: text.HTML(), IfThere: true}, t.now)
		if err != nil {
			return err
		}
	}
	return nil
}
