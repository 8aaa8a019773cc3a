package knowledge

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// Choice is what an author says of who may see a contribution.
type Choice string

// The choices; those of an audience are the audience's name.
const (
	ChooseRoom    Choice = store.AudienceRoom
	ChooseNetwork Choice = store.AudienceNetwork
	ChoosePublic  Choice = store.AudiencePublic
	ChooseNamed   Choice = "named"
	ChooseUnnamed Choice = "unnamed"
	ChooseNo      Choice = "no"
)

// choiceSigns are the reactions under the question who may see it, in the
// order in which they stand there.
func choiceSigns() []choiceSign {
	return []choiceSign{{"1️⃣", ChooseRoom}, {"2️⃣", ChooseNetwork}, {"3️⃣", ChoosePublic}, {"👤", ChooseNamed}, {"❌", ChooseNo}}
}

type choiceSign struct {
	sign   string
	choice Choice
}

// ChoiceOfSign is what a reaction to the question means; "" for any other.
// Variation selectors and skin tones make no difference.
func ChoiceOfSign(sign string) Choice {
	for _, s := range choiceSigns() {
		if Sign(s.sign) == Sign(sign) {
			return s.choice
		}
	}
	return ""
}

// Sign is a reaction without variation selectors and skin tones.
func Sign(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 0xFE0F || r == 0xFE0E || r >= 0x1F3FB && r <= 0x1F3FF {
			return -1
		}
		return r
	}, strings.TrimSpace(s))
}

// ChoicesOfWords are what an answer in words means, "netzwerk mit namen" being
// two; none if it is anything else.
func ChoicesOfWords(text string) (list []Choice) {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r == ' ' || r == ',' || r == '.' || r == '!' || r == '\n' })
	for i := 0; i < len(words); i++ {
		next := ""
		if i+1 < len(words) {
			next = words[i+1]
		}
		c, two := choiceOfWord(words[i], next)
		if c == "" {
			return nil
		}
		if two {
			i++
		}
		list = append(list, c)
	}
	return list
}

func choiceOfWord(word, next string) (c Choice, two bool) {
	name := next == "namen" || next == "name"
	switch word {
	case "raum", "room", "1":
		return ChooseRoom, false
	case "netzwerk", "network", "2":
		return ChooseNetwork, false
	case "öffentlich", "oeffentlich", "public", "3":
		return ChoosePublic, false
	case "mit", "with":
		if name {
			return ChooseNamed, true
		}
	case "ohne", "without":
		if name {
			return ChooseUnnamed, true
		}
	case "nein", "no", "nicht", "vergiss":
		return ChooseNo, false
	}
	return "", false
}

// ask asks an author, once per contribution and for answers once per thread,
// who may see it. No answer means: nobody but the room.
func (k *Keeper) ask(ctx context.Context, tx *store.Tx, p Place, c store.Contribution, by id.UserID, now time.Time) error {
	if c.Author == "" {
		return nil
	}
	key := fmt.Sprintf("consent/%d", c.ID)
	values := lang.Values{"Text": quote(c.Body)}
	phrase := "know_ask_" + c.Kind
	switch {
	case by != c.Author && c.Title != "":
		phrase, values["Title"] = "know_ask_after", quote(c.Title)
	case by != c.Author:
		phrase = "know_ask_marked_" + c.Kind
	}
	text := k.Phrases.Text(p.Lang, phrase, values)
	if c.Event != "" && !p.Direct {
		text.Line().Link(k.Phrases.Say(p.Lang, "know_the_message"), Link(c.EventRoom, c.Event, nil))
	}
	rest := "know_ask_choices"
	if p.Direct {
		rest = "know_ask_choices_direct"
	}
	text.Line().Add(k.Phrases.Text(p.Lang, rest))
	signs := make([]string, 0, len(choiceSigns()))
	for _, s := range choiceSigns() {
		if p.Direct && s.choice == ChooseRoom {
			continue
		}
		signs = append(signs, s.sign)
	}
	if _, err := tx.Send(ctx, store.Message{Key: key, User: c.Author, Plain: text.Plain(), HTML: text.HTML(), IfThere: true, Reactions: signs}, now); err != nil {
		return err
	}
	return tx.LogConsent(ctx, store.Consent{Contribution: c.ID, Author: c.Author, Said: "asked", Ask: key, At: now})
}

// quote is the beginning of a text, for reminding its author of it.
func quote(s string) string {
	const most = 120
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return s
}

// Choose takes an author's choices about what was asked with the message of
// that key, and says in what state it is now; nil if there was no such
// question to this author. mark is the reaction, or the message, that says so.
func (k *Keeper) Choose(ctx context.Context, tx *store.Tx, language, key string, author id.UserID, choices []Choice, mark id.EventID, now time.Time) (*lang.Text, error) {
	ask, err := store.AskOf(ctx, tx, key)
	if errors.Is(err, store.ErrNotFound) || err == nil && ask.Author != author {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	list, err := asked(ctx, tx, ask)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return k.Phrases.Text(language, "know_gone"), nil
	}
	what := store.MarkChoice
	for _, choice := range choices {
		if err := tx.LogConsent(ctx, store.Consent{Contribution: ask.Contribution, Author: author, Said: string(choice), Ask: key, At: now}); err != nil {
			return nil, err
		}
		if choice == ChooseNo {
			return k.Phrases.Text(language, "know_dropped"), k.refuse(ctx, tx, list, now)
		}
		for i := range list {
			if err := apply(ctx, tx, &list[i], choice); err != nil {
				return nil, err
			}
		}
		what += "/" + string(choice)
	}
	if _, err := tx.AddMark(ctx, store.Mark{Event: mark, Sender: author, What: what, Contribution: ask.Contribution, At: now}); err != nil {
		return nil, err
	}
	for _, c := range list {
		if err := put(ctx, tx, c, now); err != nil {
			return nil, err
		}
	}
	return k.state(language, list[0]), nil
}

// asked are the contributions that a question to an author is about: the one,
// or, of an answer, all of this author's in that thread.
func asked(ctx context.Context, q store.Querier, ask store.Consent) (list []store.Contribution, err error) {
	c, err := store.ContributionByID(ctx, q, ask.Contribution)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	list = []store.Contribution{c}
	if c.Kind != store.Answer || c.Question == 0 {
		return list, nil
	}
	all, err := store.AnswersTo(ctx, q, c.Question)
	for _, a := range all {
		if a.Author == c.Author && a.ID != c.ID {
			list = append(list, a)
		}
	}
	return list, err
}

func apply(ctx context.Context, tx *store.Tx, c *store.Contribution, choice Choice) (err error) {
	c.Kept = true
	switch choice {
	case ChooseNamed:
		c.Name, err = store.DisplayName(ctx, tx, c.EventRoom, c.Author)
	case ChooseUnnamed:
		c.Name = ""
	default:
		c.Audience = string(choice)
	}
	return err
}

// refuse drops contributions and remembers, without their text, that these
// messages are not to be kept.
func (k *Keeper) refuse(ctx context.Context, tx *store.Tx, list []store.Contribution, now time.Time) error {
	for _, c := range list {
		if err := k.drop(ctx, tx, c, now); err != nil {
			return err
		}
		if c.Event == "" {
			continue
		}
		if _, err := tx.AddMark(ctx, store.Mark{Event: refusal(c.Event), Room: c.Room, What: store.MarkRefused, At: now}); err != nil {
			return err
		}
		if c.Kind == store.Answer && c.Question != 0 { // it goes for all that they answer there
			m := store.Mark{Event: refusalTo(tx, c.Question, c.Author), Room: c.Room, What: store.MarkRefused, Contribution: c.Question, At: now}
			if _, err := tx.AddMark(ctx, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// drop deletes a contribution, and takes our reactions to it back. What its
// author was asked and chose goes on for their other answers to the question.
func (k *Keeper) drop(ctx context.Context, tx *store.Tx, c store.Contribution, now time.Time) error {
	if c.Kind == store.Answer {
		list, err := asked(ctx, tx, store.Consent{Contribution: c.ID})
		if err != nil {
			return err
		}
		if len(list) > 1 {
			if err := tx.MoveConsent(ctx, c.ID, list[1].ID); err != nil {
				return err
			}
		}
	}
	if err := unquote(ctx, tx, c, true, now); err != nil {
		return err
	}
	if err := tx.DropContribution(ctx, c); err != nil {
		return err
	}
	if c.Event == "" || c.Kind == store.Answer || c.EventRoom != c.Room {
		return nil
	}
	if room, err := store.RoomIn(ctx, tx, c.Room); errors.Is(err, store.ErrNotFound) || err == nil && room.Direct != "" {
		return nil // we are out of that room: nothing of ours to take back
	} else if err != nil {
		return err
	}
	keys := []string{ackKey(c)}
	if !c.Closed.IsZero() {
		keys = append(keys, solvedKey(c))
	}
	for _, key := range keys {
		if _, err := tx.Send(ctx, store.Message{Key: key + "/back", Room: c.Room, Redacts: key}, now); err != nil {
			return err
		}
	}
	return nil
}

// state says who may see a contribution now.
func (k *Keeper) state(language string, c store.Contribution) *lang.Text {
	name := k.Phrases.Say(language, "know_unnamed")
	if c.Name != "" {
		name = k.Phrases.Say(language, "know_named", lang.Values{"Name": c.Name})
	}
	return k.Phrases.Text(language, "know_state_"+c.Audience, lang.Values{"Name": name})
}
