package commands

import (
	"context"
	"slices"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// surprise is something that the asker would not have come upon, with the
// reason why it is there: which kind of thing comes first changes every day,
// and what there is none of is passed over.
func (t *taster) surprise(ctx context.Context) error {
	kinds := []func(context.Context) (bool, error){t.old, t.other, t.given, t.knows, t.summed}
	first := t.pick(len(kinds), "surprise")
	for i := range kinds {
		if done, err := kinds[(first+i)%len(kinds)](ctx); err != nil || done {
			return err
		}
	}
	return nil
}

// old is an experience that others have forgotten.
func (t *taster) old(ctx context.Context) (bool, error) {
	list, err := store.SampleContributions(ctx, t.tx, store.Sample{Network: t.Network.Name, Scopes: t.scopes, Kind: store.Experience,
		Before: t.Now.Add(-tasterOld), Mix: t.mix}, 2)
	list = slices.DeleteFunc(list, func(c store.Contribution) bool { return c.ID == t.experience })
	if err != nil || len(list) == 0 {
		return false, err
	}
	c := list[0]
	t.dish("taster_surprise")
	t.text.Add(t.say("taster_old", lang.Values{"Number": t.label(c), "Day": lang.ShortDay(t.Lang, c.Sent.In(t.Network.Zone), t.Now.In(t.Network.Zone))})).Raw(" ")
	return true, t.quote(ctx, c)
}

// other is an offer of another kind or another topic than the one shown.
func (t *taster) other(ctx context.Context) (bool, error) {
	list, err := t.soon(ctx, t.tx, 5*tasterChoice)
	list = slices.DeleteFunc(list, func(i offers.Item) bool {
		shared := slices.ContainsFunc(i.Topics, func(topic string) bool { return slices.Contains(t.topics, topic) })
		return i.Offer == t.offer || i.Kind == t.kind && shared
	})
	if err != nil || len(list) == 0 {
		return false, err
	}
	// rather another kind than another topic of the same
	if of := slices.DeleteFunc(slices.Clone(list), func(i offers.Item) bool { return i.Kind == t.kind }); len(of) > 0 {
		list = of
	}
	t.dish("taster_surprise")
	t.text.Add(t.say("taster_other")).Raw(" ")
	t.showOffer(list[t.pick(len(list), "other")])
	return true, nil
}

// given is something that somebody has to give.
func (t *taster) given(ctx context.Context) (bool, error) {
	list, err := t.helps(ctx, store.HelpGive)
	if err != nil || len(list) == 0 {
		return false, err
	}
	t.dish("taster_surprise")
	t.text.Add(t.say("taster_give")).Raw(" ")
	t.help(&list[t.pick(len(list), "give")])
	return true, nil
}

// knows is a topic that somebody knows about. Who that is "wer" tells.
func (t *taster) knows(ctx context.Context) (bool, error) {
	if !slices.Contains(t.scopes, store.NetworkScope(t.Network.Name)) {
		return false, nil
	}
	list, err := store.Experts(ctx, t.tx, t.Network.Name, "")
	if err != nil || len(list) == 0 {
		return false, err
	}
	topic := list[t.pick(len(list), "expert")].Topic
	t.dish("taster_surprise")
	t.text.Add(t.say("taster_expert", lang.Values{"Topic": topic, "Command": t.typed("wer", topic)}))
	return true, nil
}

// summed is the digest published last.
func (t *taster) summed(ctx context.Context) (bool, error) {
	page, err := t.newest(ctx, t.tx, "")
	if _, none := lang.AsProblem(err); none {
		return false, nil
	} else if err != nil {
		return false, err
	}
	if page.Empty() {
		return false, nil
	}
	t.dish("taster_surprise")
	t.text.Add(t.say("taster_digest", lang.Values{"Command": t.typed("digest", "")}))
	return true, nil
}
