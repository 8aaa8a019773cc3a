package commands

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"buffet/knowledge"
	"buffet/lang"
	"buffet/store"
)

const (
	cardKind = "experience"
	cardLife = 24 * time.Hour // after that, words are commands again
)

// card is an experience in the making: its four parts, asked for one by one.
type card struct {
	Network string    `json:"network"`
	Lang    string    `json:"lang"`
	Step    int       `json:"step"`            // the part that is asked for; 4: shown, waits for a yes
	Again   bool      `json:"again,omitempty"` // the part is corrected: then the card is shown
	Parts   [4]string `json:"parts"`
}

// partKeys are the phrases that head the parts.
func partKeys() [4]string {
	return [4]string{"know_part_situation", "know_part_done", "know_part_result", "know_part_contact"}
}

// startCard begins the conversation.
func (c *Call) startCard(ctx context.Context, tx *store.Tx) (*Reply, error) {
	return c.nextStep(ctx, tx, card{Network: c.Network.Name, Lang: c.Lang})
}

func (c *Call) nextStep(ctx context.Context, tx *store.Tx, d card) (*Reply, error) {
	content, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	if err := tx.PutDialog(ctx, store.Dialog{Author: c.Sender, Kind: cardKind, Content: string(content), At: c.Now}); err != nil {
		return nil, err
	}
	if d.Step < len(d.Parts) {
		text := c.say("know_card_ask", lang.Values{"Step": d.Step + 1}).Line().Add(c.say(partKeys()[d.Step] + "_ask"))
		if d.Step == 0 {
			text.Line().Add(c.say("know_card_how"))
		}
		return &Reply{Text: text}, nil
	}
	text := c.say("know_card_shown").Line().Line()
	text.Raw(c.cardText(d)).Line().Line().Add(c.say("know_card_confirm"))
	return &Reply{Text: text}, nil
}

// cardText is the card as it is kept: each part under its name.
func (c *Call) cardText(d card) string {
	var b strings.Builder
	for i, key := range partKeys() {
		if d.Parts[i] != "" {
			if b.Len() > 0 {
				b.WriteString("\n")
			}
			b.WriteString(c.Table.phrases.Say(d.Lang, key) + ": " + d.Parts[i])
		}
	}
	return b.String()
}

// dialog is the conversation with the sender that is going on, or
// store.ErrNotFound.
func (c *Call) dialog(ctx context.Context, q store.Querier) (store.Dialog, error) {
	d, err := store.DialogOf(ctx, q, c.Sender)
	if err == nil && c.Now.Sub(d.At) > cardLife {
		return store.Dialog{}, store.ErrNotFound
	}
	return d, err
}

// converse takes what a person says in a direct chat as a part of a
// conversation that is going on. It is false if it is none.
func (t *Table) converse(ctx context.Context, tx *store.Tx, c *Call) (*Reply, bool, error) {
	if !c.Direct || c.Doubtful {
		return nil, false, nil
	}
	dialog, err := c.dialog(ctx, tx)
	none := errors.Is(err, store.ErrNotFound)
	if err != nil && !none {
		return nil, false, err
	}
	if choices := knowledge.ChoicesOfWords(c.Text); len(choices) > 0 {
		// while a card is filled in, "nein" and "1" are about the card
		if reply, err := c.chooseAudience(ctx, tx, choices, none); reply != nil || err != nil {
			return reply, true, err
		}
	}
	if none {
		return nil, false, nil
	}
	if dialog.Kind == bringKind {
		return c.takeBring(ctx, tx, dialog.Content)
	}
	var d card
	if err := json.Unmarshal([]byte(dialog.Content), &d); err != nil {
		return nil, false, tx.PutDialog(ctx, store.Dialog{Author: c.Sender})
	}
	i := slices.IndexFunc(c.Networks, func(n Network) bool { return n.Name == d.Network })
	if i < 0 || c.Named {
		return nil, false, nil
	}
	c.Network, c.Lang = &c.Networks[i], d.Lang
	reply, err := c.takePart(ctx, tx, d)
	return reply, true, err
}

// A word that names no question can only be about one that was asked not long
// ago; a reply to the question, or a reaction, always can.
const (
	openFor     = 24 * time.Hour // while it is not answered
	askedLately = time.Hour      // to change one's mind
)

// chooseAudience takes an answer in words to who may see a contribution: as a
// reply to what was asked, or, if last says so, to what was asked last.
func (c *Call) chooseAudience(ctx context.Context, tx *store.Tx, choices []knowledge.Choice, last bool) (*Reply, error) {
	key, err := store.KeyOf(ctx, tx, c.ReplyTo)
	if errors.Is(err, store.ErrNotFound) {
		if !last {
			return nil, nil
		}
		var several bool
		key, several, err = store.OpenAsk(ctx, tx, c.Sender, c.Now.Add(-openFor), c.Now.Add(-askedLately))
		if several {
			return &Reply{Text: c.say("know_choose_which")}, err
		}
		if key == "" {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	text, err := c.Table.keeper.Choose(ctx, tx, c.Lang, key, c.Sender, choices, c.Event, c.Now)
	if text == nil || err != nil {
		return nil, err
	}
	return &Reply{Text: text}, nil
}

func (c *Call) takePart(ctx context.Context, tx *store.Tx, d card) (*Reply, error) {
	word := fold(strings.TrimSpace(c.Text))
	over := func() error { return tx.PutDialog(ctx, store.Dialog{Author: c.Sender}) }
	switch {
	case word == "abbruch" || word == "cancel":
		return &Reply{Text: c.say("know_card_cancelled")}, over()
	case d.Step < len(d.Parts):
		d.Parts[d.Step] = ""
		if word != "-" && word != "weiter" && word != "skip" {
			d.Parts[d.Step] = knowledge.Clip(c.Text)
		}
		if d.Step++; d.Again {
			d.Step, d.Again = len(d.Parts), false
		}
		if d.Step == len(d.Parts) && c.cardText(d) == "" {
			return &Reply{Text: c.say("know_card_empty")}, over()
		}
	case word == "ja" || word == "yes":
		return c.keepCard(ctx, tx, d)
	case word == "nein" || word == "no":
		return &Reply{Text: c.say("know_card_cancelled")}, over()
	case len(word) == 1 && word[0] >= '1' && word[0] <= '4':
		d.Step, d.Again = int(word[0]-'1'), true
	}
	return c.nextStep(ctx, tx, d)
}

func (c *Call) keepCard(ctx context.Context, tx *store.Tx, d card) (*Reply, error) {
	if err := c.mayGive(ctx, tx); err != nil {
		return nil, err
	}
	if err := tx.PutDialog(ctx, store.Dialog{Author: c.Sender}); err != nil {
		return nil, err
	}
	said := c.said(c.cardText(d))
	said.Event = "" // no message of theirs is the card; the yes is its mark
	e, _, err := c.Table.keeper.Gather(ctx, tx, c.place(), store.Experience, said, c.Sender, c.Event, c.Now)
	if err != nil {
		return nil, err
	}
	return &Reply{Text: c.say("know_card_kept", lang.Values{"Number": c.label(e)})}, nil
}
