package offers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

func (t *table) react(post, sign string, user id.UserID, e id.EventID) {
	t.Helper()
	t.write(func(tx *store.Tx) error {
		return React(t.ctx, tx, t.chat(), Reaction{Post: post, Sign: sign, Coming: Coming{User: user, Event: e, Room: testRoom}})
	})
}

func (t *table) vote(post string, user id.UserID, e id.EventID, answers ...string) {
	t.Helper()
	t.votedAt(t.now, post, user, e, answers...)
}

func (t *table) votedAt(sent time.Time, post string, user id.UserID, e id.EventID, answers ...string) {
	t.Helper()
	t.write(func(tx *store.Tx) error {
		return TakeVote(t.ctx, tx, t.chat(), Vote{Post: post, Answers: answers, Sent: sent, Coming: Coming{User: user, Event: e, Room: testRoom, Poll: "$poll"}})
	})
}

// said checks what waits to be said: each message contains its text.
func (t *table) said(what string, want ...string) []store.Outgoing {
	t.Helper()
	out := t.out()
	ok := len(out) == len(want)
	for n := range min(len(out), len(want)) {
		ok = ok && strings.Contains(out[n].Plain, want[n])
	}
	if !ok {
		t.Errorf("%s: said %q, want %q", what, t.texts(out), want)
	}
	return out
}

func TestSigns(t *testing.T) {
	for sign, seat := range map[string]int{"1⃣": 1, "9⃣": 9, "🔟": 10, "1️⃣": 0, "0⃣": 0, "": 0, "1": 0, "👍": 0} {
		if got := SeatOfSign(sign); got != seat {
			t.Errorf("%q is seat %d, want %d", sign, got, seat)
		}
	}
	for key, post := range map[string]string{"announce/1/2": "announce/1/2", "announce/1/2/edit/3": "announce/1/2", "announce/1/2/poll": "announce/1/2",
		"which/abc/announce/1/2": "announce/1/2", "which/abc": ""} {
		if got := PostOf(key); got != post {
			t.Errorf("%s belongs to %q, want %q", key, got, post)
		}
	}
}

func TestReactToOneDate(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("one", "20261203T140000", "One"))
	tb.announce("k", "", tb.now)
	i := tb.find(1).Next[0]
	post := tb.said("the post", "🍽️ oder 👍 heißt: Ich komme. Oder schreib !dabei 1.")
	if strings.Contains(post[0].Plain, "1️⃣") {
		t.Errorf("one date is numbered: %s", post[0].Plain)
	}
	for n, sign := range []string{SignPlate, SignThumb, "1⃣"} {
		tb.react("k", sign, testUser, id.EventID(fmt.Sprint("$", n)))
	}
	out := tb.said("once", "Du bist dabei: One (1), Donnerstag, 3. Dezember 2026")
	if out[0].User != testUser || !out[0].IfThere {
		t.Errorf("told %+v", out[0])
	}
	if !strings.Contains(out[0].Plain, "Was du im Raum antippst, sehen dort alle.") {
		t.Errorf("nothing is said of names: %s", out[0].Plain)
	}
	tb.takeBack("$0")
	tb.takeBack("$2")
	tb.equal("one way is left", tb.list(i), "ben | ")
	tb.takeBack("$1")
	tb.equal("none is left", tb.list(i), " | ")
	tb.now = tb.now.Add(time.Second)
	tb.react("k", SignPlate, testUser, "$3")
	tb.said("told again", "Du bist dabei: One (1)")
	tb.react("k", SignThumb, testUser, "$3b")
	tb.said("said in two ways")
	tb.react("k", "2⃣", testUser, "$4")
	tb.react("other", SignPlate, testUser, "$5")
	tb.said("no such seat, no such post")
	tb.now = i.End
	tb.react("k", SignThumb, "@cem:example.org", "$6")
	tb.said("a thumb on what is over is no question")
	tb.react("k", SignPlate, "@cem:example.org", "$7")
	tb.react("k", "1⃣", "@cem:example.org", "$8")
	tb.said("a plate on what is over", "Das ist schon vorbei: One (1)")
	tb.equal("nobody was added", tb.list(i), "ben | ")
}

func TestReactToSeveral(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"), ev("b", "20261204T140000", "Beta"), ev("c", "20261204T150000", "Gamma"))
	tb.announce("k", "", tb.now)
	a, b, c := tb.find(1).Next[0], tb.find(2).Next[0], tb.find(3).Next[0]
	tb.said("the post", "Kommst du? Reagiere mit der Zahl davor (1️⃣, 2️⃣ …) oder schreib zum Beispiel !dabei 1.")
	tb.react("k", SignPlate, testUser, "$1")
	out := tb.said("which", "1️⃣ Do, 3. Dez, 14:00–15:30 Uhr · Alpha · dabei 1\n2️⃣ Fr, 4. Dez, 14:00–15:30 Uhr · Beta · dabei 2")
	if out[0].User != testUser || !IsWhich(out[0].Key) || !AsksWhich(out[0].Key, tb.hash(testUser)) || AsksWhich(out[0].Key, tb.hash("@cem:example.org")) {
		t.Errorf("asked by %+v", out[0])
	}
	tb.react("k", SignThumb, testUser, "$2")
	tb.said("asked once")
	tb.react(PostOf(out[0].Key), "2⃣", testUser, "$3")
	if out := tb.said("the second", "Du bist dabei: Beta (2)"); !strings.Contains(out[0].Plain, "antippst") {
		t.Errorf("nothing is said of names: %s", out[0].Plain)
	}
	tb.equal("only that one", tb.list(a)+"; "+tb.list(b), " | ; ben | ")
	tb.now = tb.now.Add(time.Minute)
	// Alpha moves behind the others and Gamma is off: the numbers stay
	tb.load(testSource, ev("a", "20261205T140000", "Alpha"), ev("b", "20261204T140000", "Beta"), ev("c", "20261204T150000", "Gamma", "STATUS:CANCELLED"))
	tb.mend()
	tb.out()
	tb.now = tb.now.Add(time.Minute)
	tb.load(testSource, ev("a", "20261205T140000", "Alpha"), ev("b", "20261204T140000", "Beta"), ev("c", "20261204T150000", "Gamma III", "STATUS:CANCELLED"))
	tb.mend()
	edit := tb.out()[0]
	if !strings.Contains(edit.Plain, "2️⃣ Nr. 2 · Fr, 4. Dez") || strings.Index(edit.Plain, "2️⃣ Nr. 2") > strings.Index(edit.Plain, "1️⃣ Nr. 1") {
		t.Errorf("mended: %s", edit.Plain)
	}
	tb.react("k", "1⃣", testUser, "$4")
	if out := tb.said("the first", "Du bist dabei: Alpha (1), Samstag, 5. Dezember 2026"); strings.Contains(out[0].Plain, "antippst") {
		t.Errorf("it is said again: %s", out[0].Plain)
	}
	tb.react("k", "3⃣", testUser, "$5")
	tb.said("off", "Das fällt leider aus: Gamma III (3)")
	tb.equal("off", tb.list(c), " | ")
	tb.now = b.End
	tb.react("k", SignPlate, "@cem:example.org", "$6")
	tb.said("only Alpha can be meant now", "Du bist dabei: Alpha (1)")
}

func (t *table) hash(user id.UserID) string { return t.store.HashPerson(user) }

func TestReactForgotten(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("one", "20261203T140000", "One"))
	tb.announce("k", "", tb.now)
	tb.out()
	tb.write(func(tx *store.Tx) error { return tx.SetForgotten(tb.ctx, tx.HashPerson(testUser), tb.now) })
	tb.react("k", SignPlate, testUser, "$1")
	tb.react("k", SignThumb, testUser, "$2")
	tb.said("once", "nichts von dir zu behalten")
	tb.equal("not kept", tb.list(tb.find(1).Next[0]), " | ")
}

// TestPlaces: a post counts places only when few are left, and is mended then.
func TestPlaces(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("one", "20261203T140000", "One"))
	tb.capacity(1, 5)
	i := tb.find(1).Next[0]
	tb.announce("k", "", tb.now)
	tb.said("many", "One · 5 Plätze")
	shows := func(what, want string) {
		t.Helper()
		tb.now = tb.now.Add(time.Minute)
		tb.equal(what+": jobs", tb.mend(), map[bool]int{true: 1}[want != ""])
		for _, o := range tb.out() {
			if o.Edits != "" && (want == "" || !strings.Contains(o.Plain, want)) || o.Edits == "" && o.User == "" {
				t.Errorf("%s: %s", what, o.Plain)
			}
			if o.Edits != "" {
				want = "" // once
			}
		}
		if want != "" {
			t.Errorf("%s: not mended", what)
		}
	}
	user := func(n int) id.UserID { return id.UserID(fmt.Sprintf("@p%d:example.org", n)) }
	few := Item{Offer: i.Offer}
	few.Capacity, few.Status = 3, store.OfferActive
	tb.equal("nobody in a few places", tb.view("de").places(few), "3 Plätze")
	tb.signUp(i, user(1), "$1", AsBefore)
	shows("one of five", "")
	tb.signUp(i, user(2), "$2", AsBefore)
	shows("two", "noch 3 Plätze")
	for n := 3; n <= 5; n++ { // at once: one edit
		tb.signUp(i, user(n), id.EventID(fmt.Sprint("$", n)), AsBefore)
	}
	shows("full", "ausgebucht, Warteliste")
	tb.signUp(i, user(6), "$6", AsBefore)
	shows("waits", "")
	tb.equal("offer", strings.Contains(RenderOffer(tb.view("de"), tb.find(1)).Plain(), "5 kommen, ausgebucht, eine Person wartet"), true)
	_, items, _ := tb.ask("de", "woche")
	tb.equal("list", strings.Contains(RenderList(tb.view("de"), Query{}, items, 1).Plain(), "One · ausgebucht, Warteliste"), true)
	tb.signOff(i, user(1))
	shows("moved up", "")
	tb.signOff(i, user(2))
	shows("free again", "noch ein Platz")
	tb.equal("free", strings.Contains(RenderOffer(tb.view("de"), tb.find(1)).Plain(), "4 kommen, noch ein Platz von 5"), true)
}

func TestPoll(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Alpha @room <b>"), ev("b", "20261204T140000", "Beta"), ev("c", "20261205T140000", "Gamma"))
	tb.announce("none", "", tb.now)
	tb.said("off by default", "Das Buffet")
	tb.write(func(tx *store.Tx) error { return tx.SetSetting(tb.ctx, testRoom, store.SetPolls, store.On) })
	tb.announce("k", "", tb.now)
	p := tb.said("on", "Das Buffet", "Wer ist dabei?")[1]
	if p.Key != PollKey("k") || p.Room != testRoom || p.Poll == nil || p.Poll.Most != 3 || len(p.Poll.Answers) != 4 ||
		p.Poll.Answers[0] != (store.PollAnswer{ID: "1", Text: "Do, 3. Dez, 14:00–15:30 Uhr · Alpha @\u200broom <b>"}) || p.Poll.Answers[3].ID != noneID {
		t.Fatalf("poll: %+v", p.Poll)
	}
	a, b, c := tb.find(1).Next[0], tb.find(2).Next[0], tb.find(3).Next[0]
	lists := func(what, want string) {
		t.Helper()
		tb.equal(what, fmt.Sprint(tb.list(a), "; ", tb.list(b), "; ", tb.list(c)), want)
	}
	tb.capacity(2, 1)
	tb.vote("k", testUser, "$1", "1", "2", "2", "7", "-1", "none", "x")
	lists("two", "ben | ; ben | ;  | ")
	tb.said("told in one message", "Dazu bist du angemeldet:\n1 · Do, 3. Dez")
	tb.vote("k", "@cem:example.org", "$2", "2")
	tb.said("the list", "Du bist Nr. 1 auf der Warteliste: Beta")
	tb.vote("k", testUser, "$3", "2", "3")
	lists("replaced; who stays keeps the place", " | ; ben | cem; ben | ")
	tb.vote("k", testUser, "$3", "2", "3")
	lists("the same vote again", " | ; ben | cem; ben | ")
	tb.signUp(c, testUser, "$word", AsBefore)
	tb.vote("k", testUser, "$4")
	lists("empty; by word they still come", " | ; cem | ; ben | ")
	tb.said("what is new, and the move", "Du bist dabei: Gamma", "Ein Platz ist frei geworden, du bist dabei: Beta")
	tb.vote("k", testUser, "$5", "none")
	tb.vote("k", testUser, "$6", "1", "3")
	lists("again", "ben | ; cem | ; ben | ")
	tb.now = a.End
	tb.vote("k", testUser, "$7", "2")
	lists("over stays as it was", "ben | ; cem | ben; ben | ")
	tb.vote("k", "@cem:example.org", "$8", "1")
	lists("over is not voted for", "ben | ; ben | ; ben | ")
	tb.vote("other", testUser, "$9", "1")
	tb.takeBack("$7")
	lists("a vote taken back", "ben | ;  | ; ben | ")
}

func TestVoteForWhatIsOff(t *testing.T) {
	tb := newTable(t)
	tb.members()
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"), ev("b", "20261204T140000", "Beta"))
	tb.announce("k", "", tb.now)
	tb.vote("k", testUser, "$1", "1")
	tb.load(testSource, ev("a", "20261203T140000", "Alpha", "STATUS:CANCELLED"), ev("b", "20261204T140000", "Beta"))
	tb.mend()
	tb.out()
	tb.vote("k", testUser, "$2", "1", "2")
	tb.vote("k", testUser, "$3", "1", "2")
	tb.said("once", "Das fällt leider aus: Alpha", "Du bist dabei: Beta")
	tb.equal("should it take place after all", tb.list(tb.find(1).Next[0])+"; "+tb.list(tb.find(2).Next[0]), "ben | ; ben | ")
}
