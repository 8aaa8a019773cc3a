package commands

import (
	"context"
	"slices"
	"strings"

	"buffet/knowledge"
	"buffet/lang"
	"buffet/store"
)

// runWho is "wer …": who knows about it. "wer ich: thema" says so of oneself.
func runWho(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	head, topic, cut := strings.Cut(c.Tail, ":")
	switch word := fold(strings.Join(strings.Fields(head), " ")); {
	case cut && (word == "ich" || word == "me"):
		return c.addTopic(ctx, tx, strings.Join(strings.Fields(topic), " "))
	case cut && (word == "ich nicht" || word == "nicht" || word == "not me" || word == "me not"):
		return c.dropTopic(ctx, tx, strings.Join(strings.Fields(topic), " "))
	case c.Tail == "":
		return nil, c.wrong("know_who_empty")
	}
	scopes, err := c.scopes(ctx, tx)
	if err != nil {
		return nil, err
	}
	var list []store.Expert
	if slices.Contains(scopes, store.NetworkScope(c.Network.Name)) {
		if list, err = store.Experts(ctx, tx, c.Network.Name, ""); err != nil {
			return nil, err
		}
	}
	text, names := new(lang.Text), map[string]bool{}
	for _, e := range list {
		if knowledge.SameTopic(e.Topic, c.Tail) && !names[e.Name] {
			names[e.Name] = true
			text.Line().Raw("• ").Bold(e.Name).Raw(" · " + e.Topic)
		}
	}
	if err := c.answerers(ctx, tx, scopes, text, names); err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return &Reply{Text: c.say("know_who_none", lang.Values{"Topic": short(c.Tail)})}, nil
	}
	return &Reply{Text: c.say("know_who_head", lang.Values{"Topic": short(c.Tail)}).Add(text)}, nil
}

// answerers adds who answered about it, of those who agreed to be named.
func (c *Call) answerers(ctx context.Context, tx *store.Tx, scopes []string, text *lang.Text, names map[string]bool) error {
	query := store.ParseQuery(c.Tail)
	query.Kinds, query.Scopes, query.Limit, query.Now = []string{store.Answer, store.Experience, store.Question}, scopes, 20, c.Now
	hits, _, err := store.Search(ctx, tx, query)
	if err != nil {
		return err
	}
	for _, h := range hits {
		ids := h.Answers
		if h.Kind != store.Question {
			ids = append([]int64{h.ID}, ids...)
		}
		for _, id := range ids {
			a, err := store.ContributionByID(ctx, tx, id)
			if err != nil {
				return err
			}
			if a.Name == "" || names[a.Name] || len(names) >= 8 {
				continue
			}
			names[a.Name] = true
			text.Line().Raw("• ").Bold(a.Name).Raw(" · ").Add(c.say("know_who_answered"))
			if err := c.link(ctx, tx, text, a); err != nil {
				return err
			}
		}
	}
	return nil
}

const maxTopics = 20 // of one person in one network

func (c *Call) addTopic(ctx context.Context, tx *store.Tx, topic string) (*Reply, error) {
	if err := c.mayGive(ctx, tx); err != nil {
		return nil, err
	}
	if topic == "" || len([]rune(topic)) > 60 {
		return nil, c.wrong("know_who_topic")
	}
	mine, err := store.Experts(ctx, tx, c.Network.Name, c.Sender)
	if err != nil {
		return nil, err
	}
	if len(mine) >= maxTopics {
		return nil, c.wrong("know_who_many", lang.Values{"Max": maxTopics})
	}
	name, err := store.DisplayName(ctx, tx, c.Room, c.Sender)
	if err != nil {
		return nil, err
	}
	err = tx.PutExpert(ctx, store.Expert{Network: c.Network.Name, Author: c.Sender, Name: name, Topic: topic, At: c.Now})
	return &Reply{Text: c.say("know_who_added", lang.Values{"Topic": topic, "Name": name, "Network": c.Network.Name})}, err
}

func (c *Call) dropTopic(ctx context.Context, tx *store.Tx, topic string) (*Reply, error) {
	mine, err := store.Experts(ctx, tx, c.Network.Name, c.Sender)
	if err != nil {
		return nil, err
	}
	dropped := false
	for _, e := range mine {
		if topic == "" || strings.EqualFold(e.Topic, topic) {
			if _, err := tx.DropExpert(ctx, c.Network.Name, c.Sender, e.Topic); err != nil {
				return nil, err
			}
			dropped = true
		}
	}
	if !dropped {
		return nil, c.wrong("know_who_not_there", lang.Values{"Topic": short(topic)})
	}
	return &Reply{Text: c.say("know_who_dropped", lang.Values{"Topic": topic})}, nil
}
