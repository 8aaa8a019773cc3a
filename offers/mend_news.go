package offers

import (
	"time"

	"buffet/lang"
	"buffet/store"
)

// maxReason is how many runes of a reason are shown.
const maxReason = 300

// news is what a room has to hear.
type news struct {
	room  AnnounceRoom
	tell  telling
	seen  map[dateKey]bool // two posts may show the same date
	moved []move
}

type move struct {
	key string // of the phrase
	was store.AnnouncementItem
	is  Item
}

// compare notes what people would miss who only read the old post.
func (n *news) compare(was store.AnnouncementItem, is Item, now time.Time) {
	if n.seen[keyOf(is)] {
		return
	}
	if list := movesOf(was, is, now); len(list) > 0 {
		n.moved = append(n.moved, list...)
		n.seen[keyOf(is)] = true
	}
}

// movesOf is what is new about a date for those who know it as it was: another
// time or place, that it is off, or on again. What is over is no news.
func movesOf(was store.AnnouncementItem, is Item, now time.Time) (list []move) {
	if !was.Start.After(now) && !is.Start.After(now) {
		return nil
	}
	on, off := was.Status == store.OfferActive, is.Status != store.OfferActive
	switch {
	case on && off:
		list = append(list, move{"announce_" + is.Status, was, is})
	case !on && !off:
		list = append(list, move{"announce_back", was, is})
	case on:
		if !was.Start.Equal(is.Start) {
			list = append(list, move{"announce_moved", was, is})
		}
		if was.Location != is.Location {
			list = append(list, move{"announce_place", was, is})
		}
	}
	return list
}

// news puts what moved into words, a line for each, with why it is cancelled.
func (v View) news(moved []move, why mendArgs) *lang.Text {
	t := new(lang.Text)
	for i, mv := range moved[:min(len(moved), maxNews)] {
		if i > 0 {
			t.Line()
		}
		old := mv.is
		if !mv.was.Start.Equal(old.Start) {
			old.Start, old.End = mv.was.Start, mv.was.Start
		}
		place := clip(mv.is.Location, maxPlace)
		if place == "" {
			place = v.say("announce_no_place")
		}
		t.Say(v.say(mv.key, lang.Values{"Number": mv.is.Number, "Title": clip(mv.is.Title, maxTitle),
			"Old": v.when(old), "New": v.when(mv.is), "Place": place}))
		if mv.is.Status == store.OfferCancelled && why.explains(mv.is.Offer, mv.is.Key) {
			t.Raw(" ").Say(v.say("mend_reason", lang.Values{"Reason": clip(why.Reason, maxReason)}))
		}
	}
	if more := len(moved) - maxNews; more > 0 {
		t.Line().Say(v.say("announce_more_news", lang.Values{"Count": more, "Command": v.Prefix + v.say("offer_command_list")}))
	}
	return t
}
