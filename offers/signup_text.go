package offers

import (
	"strconv"
	"time"

	"buffet/lang"
	"buffet/store"
)

// Span is a date in full words: "Donnerstag, 3. Dezember 2026, 14:00–15:30 Uhr".
func (v View) Span(i Item) string {
	zone := v.zone(i)
	return lang.Span(v.Lang, i.Start.In(zone), i.End.In(zone), i.AllDay)
}

// day is a date as people type it, for commands.
func (v View) day(i Item) string {
	start := i.Start.In(v.zone(i))
	if i.Start.Sub(v.Now) > 240*24*time.Hour { // without a year it would be another one, or asked back
		return start.Format(time.DateOnly)
	}
	return start.Format("2.1.")
}

// signUpWord and signOffWord are what to type to sign up for a date, and off.
// next: it is the offer's next one.
func (v View) signUpWord(i Item, next bool) string {
	return v.signWord("signup_command_on", i, next)
}

func (v View) signOffWord(i Item, next bool) string {
	return v.signWord("signup_command_off", i, next)
}

func (v View) signWord(key string, i Item, next bool) string {
	s := v.Prefix + v.say(key) + " " + strconv.Itoa(i.Number)
	if !next {
		s += " " + v.day(i)
	}
	return s
}

func (v View) joinValues(j *Joined) lang.Values {
	return lang.Values{"Title": clip(j.Item.Title, maxTitle), "Number": j.Item.Number, "When": v.Span(j.Item), "Place": j.Place,
		"Undo": v.signOffWord(j.Item, j.Next), "On": v.signUpWord(j.Item, j.Next), "Name": j.Name}
}

// Confirm tells somebody, in their direct chat, how they stand with a date.
func (v View) Confirm(j *Joined) *lang.Text {
	values := v.joinValues(j)
	t := v.standing(j)
	switch {
	case j.Name != "":
		t.Line().Say(v.say("signup_named", values))
	default:
		t.Line().Say(v.say("signup_unnamed", values))
	}
	return t
}

// standing is the short form: when and where, whether they are reminded, and
// how to undo it.
func (v View) standing(j *Joined) *lang.Text {
	values := v.joinValues(j)
	t := new(lang.Text)
	if j.Place > 0 {
		return t.Say(v.say("signup_waiting", values)).Line().Say(v.say("signup_undo", values))
	}
	t.Say(v.say("signup_going", values))
	return v.whatNext(t, j)
}

// whatNext adds to whom comes: where, that they are reminded, how to undo it.
func (v View) whatNext(t *lang.Text, j *Joined) *lang.Text {
	if online := address(j.Item.Location); online != "" {
		t.Line().Link(v.say("offer_online"), online)
	} else if place := clip(j.Item.Location, maxPlace); place != "" {
		t.Line().Raw(place)
	}
	t.Line()
	if j.Remind {
		t.Say(v.say("signup_remind")).Raw(" ")
	}
	return t.Say(v.say("signup_undo", v.joinValues(j)))
}

// MovedUp tells somebody who waited that they come.
func (v View) MovedUp(j *Joined) *lang.Text {
	v.Prefix = "" // it is read in the direct chat
	return v.whatNext(new(lang.Text).Say(v.say("signup_moved_up", v.joinValues(j))), j)
}

// SignedOff tells somebody that they do not come to a date any more, or never
// said that they would.
func (v View) SignedOff(i Item, was bool) *lang.Text {
	key := "signup_off"
	if !was {
		key = "signup_was_not"
	}
	return new(lang.Text).Say(v.say(key, lang.Values{"Title": clip(i.Title, maxTitle), "Number": i.Number, "When": v.Span(i)}))
}

// Numbers say how many come to a date and how many places are left.
func (v View) Numbers(i Item) string {
	s := v.say("signup_count", lang.Values{"Count": i.Going})
	free, limited := i.free()
	if i.Going == 0 {
		s = v.say("signup_nobody")
	}
	switch {
	case limited && i.Going == 0:
		s += ", " + v.say("signup_places", lang.Values{"Count": i.Capacity})
	case limited && free == 0 && i.Waiting > 0:
		s += ", " + v.say("signup_booked")
	case limited && free == 0:
		s += ", " + v.say("signup_full")
	case limited:
		s += ", " + v.say("signup_free", lang.Values{"Count": free, "Capacity": i.Capacity})
	}
	if i.Waiting > 0 {
		s += ", " + v.say("signup_wait", lang.Values{"Count": i.Waiting})
	}
	return s
}

// several is standing for more than one date.
func (v View) several(list []*Joined) *lang.Text {
	t := new(lang.Text).Say(v.say("signup_mine"))
	for _, j := range list {
		v.SignupLine(t.Line(), j)
	}
	return t.Line().Say(v.say("signup_undo", v.joinValues(list[0])))
}

// SignupLine is a date that a person has signed up for, in a list.
func (v View) SignupLine(t *lang.Text, j *Joined) {
	t.Raw(strconv.Itoa(j.Item.Number) + " · " + v.when(j.Item) + " · ").Bold(clip(j.Item.Title, maxTitle))
	switch {
	case j.Item.Status != store.OfferActive:
		t.Raw(" · ").Say(v.say("offer_off_" + j.Item.Status))
	case j.Place > 0:
		t.Raw(" · ").Say(v.say("signup_waiting_short", lang.Values{"Place": j.Place}))
	}
}
