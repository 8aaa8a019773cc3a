package commands

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// runBring is "bring Titel, wann, …". In a direct chat the word alone asks step
// by step.
func runBring(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	return c.bring(ctx, tx, "")
}

// runNeed is "brauche …", runGive is "biete …".
func runNeed(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	return c.bring(ctx, tx, store.HelpNeed)
}

func runGive(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	return c.bring(ctx, tx, store.HelpGive)
}

func (c *Call) bring(ctx context.Context, tx *store.Tx, help string) (*Reply, error) {
	if err := c.mayGive(ctx, tx); err != nil {
		return nil, err
	}
	text := c.Tail
	if strings.Trim(offers.Clean(text, maxText), ",; ") == "" {
		text = ""
	}
	switch {
	case len(c.Networks) == 0:
		return nil, lang.Wrong("cmd_no_network")
	case text == "" && help != "":
		return nil, c.wrong("bring_help_empty", lang.Values{"Word": c.Command.Name(c.Lang)})
	case text == "" && !c.Direct:
		return nil, c.wrong("bring_how", lang.Values{"Word": c.Command.Name(c.Lang)})
	}
	s := bringing{Lang: c.Lang, Help: help, Text: text}
	if c.Network, s.Text = c.bringTo(text); c.Network == nil {
		s.Step = stepNetwork
		return c.nextBring(ctx, tx, s)
	}
	s.Network = c.Network.Name
	return c.bringText(ctx, tx, s)
}

// bringTo is the network that is meant, and the text without its name, which
// stands alone between commas: in a title it may be just a word.
func (c *Call) bringTo(text string) (*Network, string) {
	if len(c.Networks) == 1 {
		return &c.Networks[0], text
	}
	for i := range c.Networks {
		name := strings.Join(strings.Fields(fold(c.Networks[i].Name)), " ")
		from := 0
		for from <= len(text) {
			end := strings.IndexAny(text[from:], ",;\n")
			if end < 0 {
				end = len(text) - from
			}
			if strings.Trim(strings.Join(strings.Fields(fold(text[from:from+end])), " "), `" `) == name {
				before, after := strings.TrimRight(text[:from], ",; "), strings.TrimLeft(text[from+end:], ",; ")
				if before != "" && after != "" {
					before += ", "
				}
				return &c.Networks[i], before + after
			}
			from += end + 1
		}
	}
	return nil, text
}

// bringText reads what somebody brings in one message.
func (c *Call) bringText(ctx context.Context, tx *store.Tx, s bringing) (*Reply, error) {
	var l offers.Line
	var err error
	switch {
	case s.Help != "":
		l = offers.ReadHelp(s.Text)
		l.Help = s.Help
	case s.Text == "":
		s.Step = stepTitle
		return c.nextBring(ctx, tx, s)
	default:
		l, err = offers.ReadLine(c.Lang, s.Text, c.Now.In(c.Network.Zone))
	}
	asked, isProblem := lang.AsProblem(err)
	if err != nil && !isProblem {
		return nil, err
	}
	if err := c.knownTopics(ctx, tx, &l.Draft); err != nil {
		return nil, err
	}
	s.Text, s.Draft, s.Unnamed, s.Feasts, s.Spared = "", l.Draft, l.Unnamed, l.Feasts, l.Spared
	if err := c.fillIn(ctx, tx, &s); err != nil {
		return nil, err
	}
	if asked != nil && !c.Direct {
		return &Reply{Text: c.sayAgain(asked, &l)}, nil
	}
	if asked != nil {
		s.Step, s.Again = stepWhen, true
		return c.askBring(ctx, tx, s, asked)
	}
	if p, ok := lang.AsProblem(s.Draft.Check(c.Now)); ok {
		s.Step, s.Again = stepOf(p.Key), true
		if !c.Direct || s.Help != "" || s.Step == "" {
			return nil, c.wrong(p.Key, p.Values)
		}
		s.clear(s.Step)
		return c.askBring(ctx, tx, s, p)
	}
	return c.showBring(ctx, tx, s)
}

// fillIn adds what was not said: who brings it, unless they are not to be
// named, and the days that are free.
func (c *Call) fillIn(ctx context.Context, tx *store.Tx, s *bringing) (err error) {
	d := &s.Draft
	switch {
	case s.Unnamed:
		d.Host = ""
	case d.Host == "":
		name, err := store.DisplayName(ctx, tx, c.Room, c.Sender)
		if err != nil {
			return err
		}
		d.Host = offers.Clean(name, offers.MaxHost) // who typed no name hears of no limit
	}
	d.Holidays = ""
	if d.When.Repeat.Freq == "" || s.Feasts {
		return nil
	}
	d.Holidays, err = store.NetworkSetting(ctx, tx, c.Network.Name, store.SetHolidays)
	return err
}

// showBring shows an offer in words and asks for the yes.
func (c *Call) showBring(ctx context.Context, tx *store.Tx, s bringing) (*Reply, error) {
	if err := s.Draft.Check(c.Now); err != nil {
		return nil, err
	}
	s.From = append(s.From, ReplyKey(c.Event))
	if c.Direct {
		s.Step, s.Again = stepShown, false
		if err := c.keepBring(ctx, tx, s); err != nil {
			return nil, err
		}
	}
	head := "bring_head"
	if s.Help != "" {
		head = "bring_head_" + s.Help
	}
	text := c.say(head).Add(c.Table.offerFields(c.Lang, *c.Network, &s.Draft))
	if s.Spared && s.Draft.Holidays == "" && s.Draft.When.Repeat.Freq != "" {
		text.Line().Add(c.say("bring_holidays_unknown"))
	}
	twin, err := c.twinOf(ctx, tx, &s.Draft)
	if err != nil {
		return nil, err
	}
	if twin > 0 {
		text.Line().Add(c.say("bring_twin", lang.Values{"Number": twin}))
	}
	approval, err := c.wantsApproval(ctx, tx)
	if err != nil {
		return nil, err
	}
	seen := "bring_seen"
	if approval {
		seen = "bring_seen_later"
	}
	text.Line().Line().Add(c.say(seen, lang.Values{"Network": c.Network.Name})).Raw(" ")
	if s.Help == "" {
		text.Add(c.say("bring_fix"))
	} else {
		text.Add(c.say("bring_fix_help"))
	}
	return c.propose(ctx, tx, store.Proposal{Kind: store.ProposeBring}, s, text)
}

// twinOf is the number of an upcoming offer of the same title that begins at
// the same time; 0 if there is none.
func (c *Call) twinOf(ctx context.Context, tx *store.Tx, d *offers.Draft) (int, error) {
	if d.Help != "" {
		return 0, nil
	}
	items, _, err := offers.List(ctx, tx, c.Network.Name, offers.Query{From: d.When.Start, To: d.When.Start.Add(time.Millisecond), Now: c.Now}, -1)
	for _, i := range items {
		if i.Status == store.OfferActive && i.Start.Equal(d.When.Start) && fold(strings.Join(strings.Fields(i.Title), " ")) == fold(d.Title) {
			return i.Number, err
		}
	}
	return 0, err
}

// wantsApproval tells whether an organiser's yes is needed, too: where the
// network wants that, but not of organisers.
func (c *Call) wantsApproval(ctx context.Context, tx *store.Tx) (bool, error) {
	if c.Network.Organiser && !c.Doubtful {
		return false, nil
	}
	set, err := store.NetworkSetting(ctx, tx, c.Network.Name, store.SetBring)
	return set == store.Off, err
}

// confirmBring saves an offer at its author's yes, or asks the organisers.
func confirmBring(ctx context.Context, tx *store.Tx, c *Call, p store.Proposal) (*Reply, error) {
	var s bringing
	if err := json.Unmarshal([]byte(p.Content), &s); err != nil {
		return nil, err
	}
	if err := endBring(ctx, tx, p); err != nil {
		return nil, err
	}
	approval, err := c.wantsApproval(ctx, tx)
	if err != nil {
		return nil, err
	}
	if approval {
		if err := s.Draft.Check(c.Now); err != nil {
			return nil, err
		}
		if err := tx.Await(ctx, p.ID); err != nil {
			return nil, err
		}
		return &Reply{Text: c.say("bring_waits")}, offers.AskOrganisers(ctx, tx, p.ID, c.Now)
	}
	o, err := offers.Bring(ctx, tx, offers.By{Network: p.Network, Author: p.Author, Room: p.Room}, s.Draft, c.Now)
	if err != nil {
		return nil, err
	}
	return &Reply{Text: c.saved(&o, &s.Draft)}, nil
}

// saved says that an offer is on the table, and how to change that.
func (c *Call) saved(o *store.Offer, d *offers.Draft) *lang.Text {
	v := lang.Values{"Number": o.Number, "Title": o.Title}
	if o.Help != "" {
		return c.say("bring_saved_help", v)
	}
	v["When"] = d.When.Words(c.Table.phrases, c.Lang, c.Network.Zone)
	return c.say("bring_saved", v)
}

// amendBring takes a reply in a room as a correction of what was shown there:
// "wann 4.12. 15 Uhr", or the date alone.
func (c *Call) amendBring(ctx context.Context, tx *store.Tx, p store.Proposal, text string) (*Reply, bool, error) {
	var s bringing
	if err := json.Unmarshal([]byte(p.Content), &s); err != nil {
		return nil, false, err
	}
	f, ok, err := c.correct(ctx, tx, &s, text, true)
	switch {
	case err != nil:
		return nil, true, err
	case f != "":
		return nil, true, c.wrong("bring_field_empty", lang.Values{"Field": text})
	case !ok && s.Help == "" && c.dateAlone(text):
		if err := c.setField(&s, offers.FieldWhen, text); err != nil {
			return nil, true, err
		}
		if err := c.fillIn(ctx, tx, &s); err != nil {
			return nil, true, err
		}
	case !ok:
		return nil, false, nil
	}
	reply, err := c.showBring(ctx, tx, s)
	return reply, true, err
}
