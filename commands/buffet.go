package commands

import (
	"context"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

const (
	tasterDays   = 60                  // how far ahead a taster looks
	tasterChoice = 4                   // it takes one of so many, the newest or soonest
	tasterOld    = 21 * 24 * time.Hour // what is older may come as a surprise
	tasterWords  = 110                 // characters of a text
)

// taster is a plate in the making. What is on it hangs on the day and the
// place it is asked for in, so that it stays the same for whoever asks again.
type taster struct {
	*Call
	tx     *store.Tx
	scopes []string
	mix    uint32
	text   *lang.Text

	kind       string   // of the offer on it
	offer      int64    // its id
	topics     []string // its topics
	experience int64    // the id of the experience on it
	lines      int
}

// runBuffet is "buffet": one of each, and a surprise.
func runBuffet(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	scopes, err := c.scopes(ctx, tx)
	if err != nil {
		return nil, err
	}
	t := &taster{Call: c, tx: tx, scopes: scopes, text: c.say("taster_head"),
		mix: spread(c.Now.In(c.Network.Zone).Format(time.DateOnly), c.Room.String(), c.Network.Name)}
	for _, dish := range []func(context.Context) error{t.next, t.learnt, t.asked, t.needed, t.surprise} {
		if err := dish(ctx); err != nil {
			return nil, err
		}
	}
	if t.lines == 0 {
		return &Reply{Text: c.say("taster_empty", lang.Values{"Network": c.Network.Name}).Add(c.ways(0))}, nil
	}
	t.text.Line().Line().Add(c.say("taster_foot", lang.Values{
		"Offers": c.typed("angebote", ""), "Open": c.typed("offen", ""), "Search": c.typed("suche", "…")}))
	return &Reply{Text: t.text}, nil
}

// spread makes a number of words, never 0.
func spread(words ...string) uint32 {
	h := fnv.New32a()
	for _, w := range words {
		h.Write([]byte(w))
		h.Write([]byte{0})
	}
	return h.Sum32() | 1
}

// pick is the index of one of n, another one for each dish of a plate.
func (t *taster) pick(n int, dish string) int {
	return int(spread(strconv.FormatUint(uint64(t.mix), 36), dish)/2) % n
}

// typed is what to type for a command: with the network, where several could
// be meant.
func (c *Call) typed(word, tail string) string {
	all := c.Prefix + c.Table.word(word, c.Lang)
	if tail != "" {
		all += " " + tail
	}
	if c.Network != nil && len(c.Networks) > 1 && tail != "…" && c.Table.words[word].Network {
		name := c.Network.Name
		if strings.Contains(name, " ") {
			name = `"` + name + `"`
		}
		all += " " + name
	}
	return all
}

// dish begins a line of the plate.
func (t *taster) dish(key string, values ...lang.Values) {
	t.lines++
	t.text.Line().Line().Add(t.say(key, values...)).Raw(" · ")
}

// showOffer adds a date and how to go on.
func (t *taster) showOffer(i offers.Item) {
	s := t.view().Show(i)
	t.text.Raw(s.When + " · ").Bold(s.Title).Raw(" · ").Code(t.typed("angebot", strconv.Itoa(s.Number)))
	if i.Help == "" {
		t.text.Raw(" · ").Code(t.typed("dabei", strconv.Itoa(s.Number)))
	}
}

// soon are the offers that come next, each with its first date.
func (c *Call) soon(ctx context.Context, tx *store.Tx, most int) ([]offers.Item, error) {
	// a daily series fills many dates, and is one offer
	list, _, err := offers.Upcoming(ctx, tx, c.Network.Name, c.Now, c.Now.AddDate(0, 0, tasterDays), 20*most)
	if err != nil {
		return nil, err
	}
	seen := map[int64]bool{}
	list = slices.DeleteFunc(list, func(i offers.Item) bool {
		twice := seen[i.Offer]
		seen[i.Offer] = true
		return twice
	})
	return list[:min(len(list), most)], nil
}

// next is an offer that comes soon.
func (t *taster) next(ctx context.Context) error {
	list, err := t.soon(ctx, t.tx, tasterChoice)
	if err != nil || len(list) == 0 {
		return err
	}
	i := list[t.pick(len(list), "offer")]
	t.kind, t.offer, t.topics = i.Kind, i.Offer, i.Topics
	t.dish("taster_offer")
	t.showOffer(i)
	return nil
}

// learnt is an experience.
func (t *taster) learnt(ctx context.Context) error {
	return t.said(ctx, "taster_experience", store.Sample{Kind: store.Experience})
}

// asked is a question that waits.
func (t *taster) asked(ctx context.Context) error {
	return t.said(ctx, "taster_question", store.Sample{Kind: store.Question, Unanswered: true})
}

func (t *taster) said(ctx context.Context, key string, s store.Sample) error {
	s.Network, s.Scopes = t.Network.Name, t.scopes
	list, err := store.SampleContributions(ctx, t.tx, s, tasterChoice)
	if err != nil || len(list) == 0 {
		return err
	}
	c := list[t.pick(len(list), s.Kind)]
	if c.Kind == store.Experience {
		t.experience = c.ID
	}
	t.dish(key, lang.Values{"Number": t.label(c)})
	return t.quote(ctx, c)
}

// quote adds the beginning of what somebody said, and the way there.
func (t *taster) quote(ctx context.Context, c store.Contribution) error {
	t.text.Raw(shorten(strings.TrimSpace(c.Title+" "+c.Body), tasterWords))
	return t.link(ctx, t.tx, t.text, c)
}

// needed is somebody who looks for help.
func (t *taster) needed(ctx context.Context) error {
	list, err := t.helps(ctx, store.HelpNeed)
	if err != nil || len(list) == 0 {
		return err
	}
	t.dish("taster_need")
	t.help(&list[t.pick(len(list), "need")])
	return nil
}

// helps are those who look for help, or give it, if everybody who reads the
// answer is in their network.
func (t *taster) helps(ctx context.Context, help string) ([]store.Offer, error) {
	if !slices.Contains(t.scopes, store.NetworkScope(t.Network.Name)) {
		return nil, nil
	}
	list, _, err := store.HelpOffers(ctx, t.tx, []string{t.Network.Name}, help, tasterChoice, 0)
	return list, err
}

func (t *taster) help(o *store.Offer) {
	t.view().Help(t.text, o)
	t.text.Raw(" · ").Code(t.typed("angebot", strconv.Itoa(o.Number)))
}
