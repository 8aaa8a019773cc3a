package knowledge_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/sqlstatestore"

	"buffet/knowledge"
	"buffet/lang"
	"buffet/store"
)

const (
	anke  = id.UserID("@anke:example.org")
	ben   = id.UserID("@ben:example.org")
	carla = id.UserID("@carla:example.org")
	hall  = id.RoomID("!hall:example.org")
)

// keeping is a keeper on a file, in a room that three people are in.
type keeping struct {
	*knowledge.Keeper
	t     *testing.T
	store *store.Store
	path  string
	place knowledge.Place
	now   time.Time
	n     int
}

func newKeeping(t *testing.T) *keeping {
	t.Helper()
	phrases, err := lang.Load()
	if err != nil {
		t.Fatal(err)
	}
	k := &keeping{Keeper: &knowledge.Keeper{Phrases: phrases}, t: t, path: filepath.Join(t.TempDir(), "buffet.db"), now: jsonlNow,
		place: knowledge.Place{Network: "N", Lang: lang.German, Prefix: "!", Room: hall}}
	if k.store, err = store.Open(t.Context(), k.path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.store.Close() })
	if err := sqlstatestore.NewSQLStateStore(k.store.Matrix(), nil, false).Upgrade(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.write(func(ctx context.Context, tx *store.Tx) error {
		for _, u := range []id.UserID{anke, ben, carla} {
			if _, err := tx.ExecContext(ctx, `INSERT INTO mx_user_profile (room_id, user_id, membership, displayname) VALUES ($1, $2, 'join', $3)`,
				hall, u, "Frau <"+u.Localpart()+">"); err != nil {
				return err
			}
		}
		return tx.PutRoom(ctx, store.Room{ID: hall, Network: "N", Joined: k.now})
	})
	return k
}

func (k *keeping) write(f func(context.Context, *store.Tx) error) {
	k.t.Helper()
	k.now = k.now.Add(time.Second)
	if err := k.store.Write(k.t.Context(), func(tx *store.Tx) error { return f(k.t.Context(), tx) }); err != nil {
		k.t.Fatal(err)
	}
}

func (k *keeping) event() id.EventID { k.n++; return id.EventID(fmt.Sprintf("$x%d", k.n)) }

func (k *keeping) said(by id.UserID, text string) knowledge.Said {
	return knowledge.Said{Event: k.event(), Author: by, Text: text, Sent: k.now}
}

// gather marks a message, and returns what was made of it and the mark.
func (k *keeping) gather(kind string, m knowledge.Said, by id.UserID) (c store.Contribution, fresh bool, mark id.EventID) {
	k.t.Helper()
	mark = k.event()
	k.write(func(ctx context.Context, tx *store.Tx) (err error) {
		c, fresh, err = k.Gather(ctx, tx, k.place, kind, m, by, mark, k.now)
		return err
	})
	return c, fresh, mark
}

func (k *keeping) answer(q int64, m knowledge.Said) {
	k.t.Helper()
	k.write(func(ctx context.Context, tx *store.Tx) error { return k.Answer(ctx, tx, k.place, q, m, k.now) })
}

func (k *keeping) redact(e id.EventID) {
	k.t.Helper()
	k.write(func(ctx context.Context, tx *store.Tx) error { return k.Redact(ctx, tx, hall, e, k.now) })
}

func (k *keeping) close(q int64, by id.UserID, organiser bool, reply *knowledge.Said) (mark id.EventID, ok bool) {
	k.t.Helper()
	mark = k.event()
	k.write(func(ctx context.Context, tx *store.Tx) (err error) {
		ok, err = k.Close(ctx, tx, k.place, q, by, organiser, mark, reply, k.now)
		return err
	})
	return mark, ok
}

func (k *keeping) choose(key string, by id.UserID, choices ...knowledge.Choice) (said string, mark id.EventID) {
	k.t.Helper()
	mark = k.event()
	k.write(func(ctx context.Context, tx *store.Tx) error {
		text, err := k.Choose(ctx, tx, lang.German, key, by, choices, mark, k.now)
		if text != nil {
			said = text.Plain()
		}
		return err
	})
	return said, mark
}

// get is a contribution, or nil if it is gone.
func (k *keeping) get(c store.Contribution) *store.Contribution {
	k.t.Helper()
	c, err := store.ContributionByID(k.t.Context(), k.store.Reader(), c.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	} else if err != nil {
		k.t.Fatal(err)
	}
	return &c
}

func (k *keeping) answers(q store.Contribution) []store.Contribution {
	k.t.Helper()
	list, err := store.AnswersTo(k.t.Context(), k.store.Reader(), q.ID)
	if err != nil {
		k.t.Fatal(err)
	}
	return list
}

// texts are the values of a column.
func (k *keeping) texts(query string, args ...any) []string {
	k.t.Helper()
	list, err := store.Collect(k.t.Context(), k.store.Reader(), func(scan func(...any) error) (s string, err error) { return s, scan(&s) }, query, args...)
	if err != nil {
		k.t.Fatal(err)
	}
	return list
}

func (k *keeping) keys(like string) []string {
	return k.texts(`SELECT key FROM outbox WHERE key LIKE $1 ORDER BY seq`, like)
}

// finds tells whether the room finds a text.
func (k *keeping) finds(word string) bool {
	k.t.Helper()
	hits, _, err := store.Search(k.t.Context(), k.store.Reader(), store.SearchQuery{Text: word, Scopes: knowledge.RoomScopes(hall, "N")})
	if err != nil {
		k.t.Fatal(err)
	}
	return len(hits) > 0
}

func ask(c store.Contribution) string { return fmt.Sprintf("consent/%d", c.ID) }

func TestGather(t *testing.T) {
	k := newKeeping(t)
	m := k.said(anke, "  Wer kennt\x00 Treppenlifte?\xff ")
	c, fresh, _ := k.gather(store.Question, m, ben)
	if !fresh || c.Kept || c.Body != "Wer kennt Treppenlifte?" || c.Author != anke || c.Number != 1 || c.Audience != store.AudienceRoom || c.Name != "" || c.Thread != m.Event || !c.Gathered.Equal(k.now.Truncate(time.Millisecond)) {
		t.Errorf("by a mark: %v %+v", fresh, c)
	}
	if again, fresh, _ := k.gather(store.Question, m, carla); fresh || again.ID != c.ID || k.get(c).Kept {
		t.Errorf("twice: %v %+v", fresh, again)
	}
	if _, fresh, _ := k.gather(store.Question, m, anke); fresh || !k.get(c).Kept {
		t.Error("its author's own mark does not keep it")
	}
	if e, fresh, _ := k.gather(store.Experience, m, ben); !fresh || e.Number != 1 || e.ID == c.ID {
		t.Errorf("as an experience too: %v %+v", fresh, e)
	}
	if acks := k.keys("ack/%"); len(acks) != 2 {
		t.Errorf("acknowledged by %v, want once each", acks)
	}
	if asks := k.texts(`SELECT user_id FROM outbox WHERE key = $1 AND content LIKE '%Jemand in deinem Raum%Treppenlifte%'`, ask(c)); !slices.Equal(asks, []string{anke.String()}) {
		t.Errorf("asked %v", asks)
	}
	own, _, _ := k.gather(store.Question, k.said(ben, "Meine eigene?"), ben)
	if !own.Kept || own.Number != 2 || len(k.texts(`SELECT key FROM outbox WHERE key = $1 AND content LIKE '%Deine Frage%'`, ask(own))) != 1 {
		t.Errorf("one's own: %+v", own)
	}
	inThread := k.said(ben, "Im Thread?")
	inThread.Thread = "$root"
	if c, _, _ := k.gather(store.Question, inThread, ben); c.Thread != "" {
		t.Errorf("threads do not nest: %+v", c)
	}
	late := k.said(ben, "Von morgen?")
	late.Sent = k.now.Add(1000 * time.Hour)
	if c, _, _ := k.gather(store.Question, late, ben); c.Sent.After(k.now) || c.Active.After(k.now) {
		t.Errorf("said in the future: %v", c.Sent)
	}
	for _, text := range []string{"", " \n", "\x00"} {
		if _, fresh, _ := k.gather(store.Question, k.said(ben, text), ben); fresh {
			t.Errorf("kept %q", text)
		}
	}
	if got := knowledge.Clip(strings.Repeat("ä", 15_000)); len(got) != 20_000 || !strings.HasSuffix(got, "ä") {
		t.Errorf("clipped to %d", len(got))
	}
	if got := knowledge.Clip("x" + strings.Repeat("ä", 15_000)); len(got) != 19_999 {
		t.Errorf("clipped to %d", len(got))
	}
	k.write(func(ctx context.Context, tx *store.Tx) error { return k.Forget(ctx, tx, carla, k.now) })
	if _, fresh, _ := k.gather(store.Question, k.said(carla, "Vergessen?"), ben); fresh {
		t.Error("kept of somebody who wants nothing kept")
	}
	if _, fresh, _ := k.gather(store.Question, k.said(ben, "Vergessene marken?"), carla); fresh {
		t.Error("kept by a mark of somebody who wants nothing kept")
	}
}

func TestAnswers(t *testing.T) {
	k := newKeeping(t)
	q, _, _ := k.gather(store.Question, k.said(anke, "Wer kennt Treppenlifte?"), anke)
	k.now = k.now.Add(time.Hour)
	for _, m := range []knowledge.Said{k.said(anke, "Ich meine solche mit Sitz"), k.said(ben, "Danke!"), k.said(ben, "👍"), k.said(ben, "")} {
		k.answer(q.ID, m)
	}
	if list := k.answers(q); len(list) != 0 || !k.get(q).Active.After(q.Active.Add(time.Minute)) {
		t.Errorf("the asker, thanks and signs: %+v, active %v", list, k.get(q).Active)
	}
	first := k.said(ben, "Frag im Sanitätshaus nach")
	k.answer(q.ID, first)
	k.answer(q.ID, first)
	list := k.answers(q)
	if len(list) != 1 || !list[0].Kept || !list[0].Gathered.After(first.Sent) || list[0].Number != 0 || list[0].Audience != store.AudienceRoom {
		t.Fatalf("answers %+v", list)
	}
	a := list[0]
	if got, _ := k.choose(ask(a), ben, knowledge.ChooseNetwork, knowledge.ChooseNamed); !strings.Contains(got, "ganzen Netzwerk, mit dem Namen") {
		t.Errorf("said %s", got)
	}
	second := k.said(ben, "Oder bei der Krankenkasse")
	k.answer(q.ID, second)
	k.answer(q.ID, k.said(carla, "Wir haben einen gebrauchten"))
	list = k.answers(q)
	if len(list) != 3 || list[1].Audience != store.AudienceNetwork || list[1].Name != "Frau <ben>" || list[2].Audience != store.AudienceRoom || list[2].Name != "" {
		t.Fatalf("answers %+v", list)
	}
	if asked := k.texts(`SELECT key FROM outbox WHERE key LIKE 'consent/%' AND key NOT LIKE '%/%/%' AND user_id <> $1`, anke); len(asked) != 2 {
		t.Errorf("asked with %v, want once each", asked)
	}
	k.redact(first.Event) // what was chosen goes on for the others
	b := list[1]
	if k.get(a) != nil || k.get(b).Audience != store.AudienceNetwork {
		t.Errorf("the first is %+v, the second %+v", k.get(a), k.get(b))
	}
	if got, _ := k.choose(ask(a), ben, knowledge.ChoosePublic); !strings.Contains(got, "öffentlich") || k.get(b).Audience != store.AudiencePublic {
		t.Errorf("said %q; the second %+v", got, k.get(b))
	}
	if got, _ := k.choose(ask(a), ben, knowledge.ChooseNo); !strings.Contains(got, "Gelöscht") || len(k.answers(q)) != 1 {
		t.Errorf("said %q", got)
	}
	k.answer(q.ID, second)
	k.answer(q.ID, k.said(ben, "Noch etwas anderes dazu"))
	if list := k.answers(q); len(list) != 1 {
		t.Errorf("a no goes for all answers to this question, got %+v", list)
	}
	other, _, _ := k.gather(store.Question, k.said(anke, "Eine andere Frage?"), anke)
	k.answer(other.ID, k.said(ben, "Darauf antworte ich"))
	if len(k.answers(other)) != 1 {
		t.Error("and for no other question")
	}
	k.answer(12345, k.said(ben, "Wohin gehört das"))
	k.redact(q.Event)
	if c := k.get(list[2]); c == nil || c.Question != 0 {
		t.Errorf("an answer without its question: %+v", c)
	}
}

func TestCloseAndReopen(t *testing.T) {
	k := newKeeping(t)
	q, _, _ := k.gather(store.Question, k.said(anke, "Wer kennt Treppenlifte?"), anke)
	k.answer(q.ID, k.said(ben, "Frag im Sanitätshaus nach"))
	if _, ok := k.close(q.ID, carla, false, nil); ok || !k.get(q).Closed.IsZero() {
		t.Error("closed by somebody who only reads")
	}
	for _, by := range []struct {
		user      id.UserID
		organiser bool
	}{{anke, false}, {ben, false}, {carla, true}} {
		mark, ok := k.close(q.ID, by.user, by.organiser, nil)
		if !ok || k.get(q).Closed.IsZero() {
			t.Errorf("not closed by %v", by)
		}
		k.redact(mark)
		if !k.get(q).Closed.IsZero() {
			t.Errorf("not opened by %v", by)
		}
	}
	if solved, back := k.keys("solved/%"), k.keys("solved/%/back"); len(solved) != 6 || len(back) != 3 {
		t.Errorf("reactions %v", solved)
	}
	one, _ := k.close(q.ID, anke, false, nil)
	two, _ := k.close(q.ID, ben, false, nil)
	k.redact(one)
	if k.get(q).Closed.IsZero() {
		t.Error("opened though the other mark stands")
	}
	k.redact(two)
	if !k.get(q).Closed.IsZero() {
		t.Error("still closed without a mark")
	}
	k.close(q.ID, anke, false, nil)
	k.write(func(ctx context.Context, tx *store.Tx) error { return k.Reopen(ctx, tx, q.ID, k.now) })
	if !k.get(q).Closed.IsZero() || len(k.texts(`SELECT event_id FROM mark WHERE what = 'closed'`)) != 0 {
		t.Error("not opened by a word")
	}
	mine := k.said(anke, "Danke, erledigt")
	k.close(q.ID, anke, false, &mine)
	if list := k.answers(q); len(list) != 2 || list[1].Author != anke {
		t.Errorf("the chosen reply is no answer: %+v", list)
	}
	before := len(k.keys("solved/%/back"))
	k.choose(ask(q), anke, knowledge.ChooseNo)
	if k.get(q) != nil || len(k.keys("solved/%/back")) != before+1 || len(k.keys("ack/%/back")) != 1 {
		t.Error("our reactions stay under what is not kept")
	}
}

func TestEdit(t *testing.T) {
	k := newKeeping(t)
	m := k.said(anke, "Wer kennt Treppenlifte?")
	q, _, _ := k.gather(store.Question, m, ben)
	edit := func(by id.UserID, text string) {
		t.Helper()
		k.write(func(ctx context.Context, tx *store.Tx) error { return k.Edit(ctx, tx, hall, m.Event, by, text, k.now) })
	}
	edit(ben, "Gefälscht")
	if k.get(q).Body != m.Text {
		t.Error("edited by somebody else")
	}
	edit(anke, "Wer kennt Badewannen?")
	if k.get(q).Body != "Wer kennt Badewannen?" || k.finds("Treppenlifte") || !k.finds("Badewannen") {
		t.Errorf("after the edit: %+v", k.get(q))
	}
	edit(anke, " ")
	if k.get(q) != nil || k.finds("Badewannen") || len(k.keys("ack/%/back")) != 1 {
		t.Error("an edit that leaves nothing keeps it")
	}
	edit(anke, "Kommt nicht wieder")
	if k.finds("wieder") {
		t.Error("an edit brought it back")
	}
}

func TestRedactMarks(t *testing.T) {
	k := newKeeping(t)
	gather := func(marks ...id.UserID) (c store.Contribution, list []id.EventID) {
		m := k.said(anke, "Wer kennt Treppenlifte?")
		for _, by := range marks {
			one, _, mark := k.gather(store.Question, m, by)
			c, list = one, append(list, mark)
		}
		return c, list
	}
	c, marks := gather(ben, carla)
	k.redact(marks[0])
	if k.get(c) == nil {
		t.Error("gone though one mark stands")
	}
	k.redact(marks[1])
	if k.get(c) != nil {
		t.Error("kept without a mark")
	}
	c, marks = gather(ben)
	k.choose(ask(c), anke, knowledge.ChooseRoom)
	k.redact(marks[0])
	if k.get(c) == nil {
		t.Error("gone though its author wants it kept")
	}
	c, marks = gather(ben, anke)
	k.redact(marks[0])
	if k.get(c) == nil {
		t.Error("gone though its author marked it")
	}
	k.redact(marks[1])
	if k.get(c) != nil {
		t.Error("kept though all took it back")
	}
	c, marks = gather(anke, ben)
	k.redact(marks[0])
	if k.get(c) == nil || k.get(c).Kept {
		t.Errorf("its author's mark is gone, another stands: %+v", k.get(c))
	}
	k.redact(marks[1])
	if k.get(c) != nil {
		t.Error("kept though all took it back, the author first")
	}
	c, _ = gather(anke)
	if k.redact(c.Event); k.get(c) != nil || k.finds("Treppenlifte") != true {
		t.Error("kept though the message is gone") // one of the earlier is still there
	}
	k.redact("$nothing")
}

func TestChoose(t *testing.T) {
	k := newKeeping(t)
	m := k.said(anke, "Wer kennt Treppenlifte?")
	c, _, _ := k.gather(store.Question, m, ben)
	is := func(what, audience, name string) {
		t.Helper()
		if got := k.get(c); got == nil || got.Audience != audience || got.Name != name {
			t.Errorf("%s: %+v", what, got)
		}
	}
	const name = "Frau <anke>"
	for _, by := range []id.UserID{ben, "@stranger:else", ""} {
		if said, _ := k.choose(ask(c), by, knowledge.ChoosePublic); said != "" {
			t.Errorf("%q chose: %s", by, said)
		}
	}
	is("by strangers", store.AudienceRoom, "")
	if said, _ := k.choose("consent/99", anke, knowledge.ChoosePublic); said != "" {
		t.Errorf("of nothing: %s", said)
	}
	said, network := k.choose(ask(c), anke, knowledge.ChooseNetwork)
	if is("network", store.AudienceNetwork, ""); !strings.Contains(said, "ganzen Netzwerk, ohne Namen") || !k.get(c).Kept {
		t.Errorf("said %s", said)
	}
	_, named := k.choose(ask(c), anke, knowledge.ChooseNamed)
	is("named", store.AudienceNetwork, name)
	_, unnamed := k.choose(ask(c), anke, knowledge.ChooseUnnamed)
	is("unnamed", store.AudienceNetwork, "")
	k.redact(unnamed)
	is("unnamed taken back", store.AudienceNetwork, name)
	_, public := k.choose(ask(c), anke, knowledge.ChoosePublic)
	is("public", store.AudiencePublic, name)
	k.redact(public)
	is("public taken back: what was chosen before", store.AudienceNetwork, name)
	_, both := k.choose(ask(c), anke, knowledge.ChoosePublic, knowledge.ChooseUnnamed)
	is("two at once", store.AudiencePublic, "")
	k.redact(both)
	is("both taken back", store.AudienceNetwork, name)
	k.redact(network)
	is("network taken back", store.AudienceRoom, name)
	k.redact(named)
	is("all taken back", store.AudienceRoom, "")
	if k.get(c).Kept {
		t.Error("kept by its author's word that was taken back")
	}
	_, both = k.choose(ask(c), anke, knowledge.ChooseNetwork, knowledge.ChooseNamed)
	is("in words", store.AudienceNetwork, name)
	k.redact(both)
	is("words taken back", store.AudienceRoom, "")
	k.choose(ask(c), anke, knowledge.ChooseRoom)
	if said, _ := k.choose(ask(c), anke, knowledge.ChooseNo); !strings.Contains(said, "Gelöscht") || k.get(c) != nil || k.finds("Treppenlifte") {
		t.Errorf("no: %s", said)
	}
	if said, _ := k.choose(ask(c), anke, knowledge.ChoosePublic); !strings.Contains(said, "nicht mehr da") {
		t.Errorf("of what is gone: %s", said)
	}
	if _, fresh, _ := k.gather(store.Question, m, carla); fresh {
		t.Error("marked again after a no")
	}
	if _, fresh, _ := k.gather(store.Experience, m, carla); fresh {
		t.Error("marked as something else after a no")
	}
	log := strings.Join(k.texts(`SELECT said FROM consent WHERE author = $1 ORDER BY id`, anke), " ")
	if want := "asked network named unnamed back public back public unnamed back back back network named back room no"; log != want {
		t.Errorf("log\n%s, want\n%s", log, want)
	}
	for text, want := range map[string]int{"Netzwerk, mit Namen!": 2, "öffentlich": 1, "1": 1, "nein danke": 0, "ohne": 0, "": 0, "with name": 1, "raum netzwerk": 2} {
		if got := knowledge.ChoicesOfWords(text); len(got) != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	for sign, want := range map[string]knowledge.Choice{"1️⃣": "room", "2⃣": "network", "3️⃣": "public", "👤": "named", "❌️": "no", "👍": ""} {
		if got := knowledge.ChoiceOfSign(sign); got != want {
			t.Errorf("%s: %q", sign, got)
		}
	}
}

// everything is what stands in all tables but the Matrix library's, and in the bytes of the file.
func (k *keeping) everything() string {
	k.t.Helper()
	var all strings.Builder
	for _, table := range k.texts(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'mx_%'`) {
		rows, err := k.store.Reader().QueryContext(k.t.Context(), `SELECT * FROM "`+table+`"`)
		if err != nil {
			k.t.Fatal(err)
		}
		columns, _ := rows.Columns()
		for rows.Next() {
			values, at := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				at[i] = &values[i]
			}
			if err := rows.Scan(at...); err != nil {
				k.t.Fatal(err)
			}
			fmt.Fprintf(&all, "%s %s\n", table, values)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			k.t.Fatal(err)
		}
	}
	return all.String()
}

func TestForgetLeavesNoTrace(t *testing.T) {
	k := newKeeping(t)
	q, _, _ := k.gather(store.Question, k.said(anke, "Wer kennt Quittenmus?"), anke)
	k.gather(store.Experience, k.said(anke, "Unser Quittenmus gelang"), ben)
	other, _, _ := k.gather(store.Question, k.said(ben, "Wer kocht Holunder?"), anke) // by a mark of theirs
	k.answer(other.ID, k.said(anke, "Quittenmus ist besser"))
	k.answer(q.ID, k.said(ben, "Holunder geht auch"))
	k.close(other.ID, anke, false, nil)
	k.choose(ask(q), anke, knowledge.ChoosePublic, knowledge.ChooseNamed)
	if said, _ := k.choose(ask(k.answers(other)[0]), anke, knowledge.ChooseNo); said == "" {
		t.Error("not asked about the answer")
	}
	k.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Tell(ctx, "flood/"+anke.String()+"/2026-11-25", k.now)
		return errors.Join(err, tx.PutExpert(ctx, store.Expert{Network: "N", Author: anke, Name: "Frau <anke>", Topic: "Quittenmus", At: k.now}),
			tx.PutExpert(ctx, store.Expert{Network: "N", Author: ben, Name: "Ben", Topic: "Bens Thema", At: k.now}),
			tx.PutDialog(ctx, store.Dialog{Author: anke, Kind: "experience", Content: `{"parts":["Quittenmus"]}`, At: k.now}),
			tx.PutRoom(ctx, store.Room{ID: "!dm:example.org", Direct: anke, Joined: k.now}),
			tx.Keep(ctx, store.Incoming{Event: "$locked", Room: hall, Sender: anke, Kind: store.InLocked, Content: "Quittenmus"}, k.now))
	})
	traces := func(s string) (list []string) {
		for _, line := range strings.Split(s, "\n") {
			if low := strings.ToLower(line); strings.Contains(low, "anke") || strings.Contains(low, "quitt") {
				list = append(list, line)
			}
		}
		return list
	}
	if n := len(traces(k.everything())); n < 12 {
		t.Errorf("only %d traces before", n)
	}
	k.write(func(ctx context.Context, tx *store.Tx) error { return k.Forget(ctx, tx, anke, k.now) })
	if left := traces(k.everything()); len(left) > 0 {
		t.Errorf("left in the tables:\n%s", strings.Join(left, "\n"))
	}
	if is, err := store.Forgotten(t.Context(), k.store.Reader(), k.store.HashPerson(anke)); err != nil || !is {
		t.Errorf("not remembered that nothing is wanted: %v, %v", is, err)
	}
	if k.get(other) == nil || k.finds("Holunder") == false {
		t.Error("others' went too")
	}
	for _, name := range []string{k.path, k.path + "-wal"} {
		raw, err := os.ReadFile(name)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if low := strings.ToLower(string(raw)); strings.Contains(low, "quitt") {
			at := strings.Index(low, "quitt")
			t.Errorf("%s has it at byte %d of %d: %q", filepath.Base(name), at, len(raw), raw[max(at-40, 0):min(at+40, len(raw))])
		}
	}
}

func TestRetain(t *testing.T) {
	k := newKeeping(t)
	day := 24 * time.Hour
	begin := k.now
	old, _, _ := k.gather(store.Question, k.said(anke, "Alt und still?"), anke)
	lively, _, _ := k.gather(store.Question, k.said(anke, "Alt und beantwortet?"), anke)
	experience, _, _ := k.gather(store.Experience, k.said(ben, "Eine alte Erfahrung"), ben)
	k.answer(old.ID, k.said(ben, "Eine alte Antwort"))
	k.answer(lively.ID, k.said(ben, "Auch eine alte"))
	k.now = begin.Add(100 * day)
	k.answer(lively.ID, k.said(carla, "Eine neue Antwort"))
	fresh, _, _ := k.gather(store.Question, k.said(anke, "Ganz neu?"), anke)
	retain := func(before time.Time, most int) (more bool) {
		t.Helper()
		k.write(func(ctx context.Context, tx *store.Tx) (err error) {
			more, err = k.Retain(ctx, tx, hall, before, most, k.now)
			return err
		})
		return more
	}
	left := func() string { return strings.Join(k.texts(`SELECT body FROM contribution ORDER BY id`), "|") }
	if retain(begin, 10) || strings.Count(left(), "|") != 6 {
		t.Errorf("too early: %s", left())
	}
	if !retain(begin.Add(50*day), 2) || retain(begin.Add(50*day), 2) {
		t.Errorf("after pages of two: %s", left())
	}
	if want := "Alt und beantwortet?|Auch eine alte|Eine neue Antwort|Ganz neu?"; left() != want {
		t.Errorf("left %s", left())
	}
	if k.get(old) != nil || k.get(experience) != nil || k.finds("Erfahrung") || k.get(lively) == nil {
		t.Error("the wrong ones")
	}
	retain(begin.Add(200*day), 10)
	if left() != "" || k.get(fresh) != nil {
		t.Errorf("left %s", left())
	}
}

// digested keeps a digest with a line of each, an answer to "kurz" that rests
// on what one of them said, and subscriptions of both.
func digested(ctx context.Context, tx *store.Tx, now time.Time) error {
	week := store.Digest{Kind: store.DigestWeekly, Network: "N", Room: "!a:b", Audience: store.AudienceRoom, State: store.DigestPublished, Lang: "de", Made: now}
	_, err := tx.AddDigest(ctx, week, []store.DigestLine{
		{Seq: 1, Number: 1, Section: "thread", Text: "Ankes <Zitat>", Sources: []store.DigestSource{{Event: "$a", Room: "!a:b", Author: anke}}},
		{Seq: 2, Number: 2, Section: "thread", Text: "Bens Zitat", Sources: []store.DigestSource{{Event: "$b", Room: "!a:b", Author: ben}}}})
	if err != nil {
		return err
	}
	week.Kind = store.DigestSummary
	n, err := tx.AddDigest(ctx, week, nil)
	if err != nil {
		return err
	}
	for _, s := range []store.Subscription{{User: anke, Network: "N", Room: "!a:b", At: now}, {User: anke, Network: "N", At: now}, {User: ben, Network: "Bens Netz", At: now}} {
		if _, err := tx.Subscribe(ctx, s); err != nil {
			return err
		}
	}
	return tx.AddDigestSources(ctx, n, []store.DigestSource{{Event: "$k", Room: "!a:b", Author: anke}})
}

func TestMyData(t *testing.T) {
	k := newKeeping(t)
	const text = "Wer kennt <script>alert(1)</script> & \"Lifte\"?"
	q, _, _ := k.gather(store.Question, k.said(anke, text), anke)
	k.choose(ask(q), anke, knowledge.ChoosePublic, knowledge.ChooseNamed)
	k.close(q.ID, anke, false, nil)
	other, _, _ := k.gather(store.Question, k.said(ben, "Bens Frage?"), anke)
	k.answer(other.ID, k.said(anke, "Ankes Antwort darauf"))
	k.gather(store.Experience, k.said(anke, "Ankes Erfahrung"), carla)
	k.write(func(ctx context.Context, tx *store.Tx) error {
		return errors.Join(tx.PutExpert(ctx, store.Expert{Network: "N", Author: anke, Name: "Frau <anke>", Topic: "<Lifte>", At: k.now}),
			tx.PutExpert(ctx, store.Expert{Network: "N", Author: ben, Name: "Ben", Topic: "Bens Thema", At: k.now}),
			digested(ctx, tx, k.now),
			tx.PutDialog(ctx, store.Dialog{Author: anke, Kind: "experience", Content: `{"parts":["halbe <Karte>"]}`, At: k.now}))
	})
	data, err := knowledge.MyData(t.Context(), k.store.Reader(), anke, k.now)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := data.JSON()
	var back knowledge.PersonData
	if err := errors.Join(err, json.Unmarshal(raw, &back)); err != nil {
		t.Fatal(err)
	}
	if len(back.Contributions) != 3 || back.Contributions[0].Text != text || back.Contributions[0].Closed == nil || back.Contributions[0].Name != "Frau <anke>" ||
		len(back.Consents) != 5 || len(back.Topics) != 1 || len(back.Marks) != 4 || !strings.Contains(string(back.Unfinished), "halbe <Karte>") || back.Person != anke {
		t.Errorf("%s", raw)
	}
	if len(back.Quotes) != 2 || back.Quotes[0].Event != "$k" || back.Quotes[1].Text != "Ankes <Zitat>" || len(back.Subscriptions) != 2 || back.Subscriptions[1].Room != "!a:b" {
		t.Errorf("digests: %+v, %+v", back.Quotes, back.Subscriptions)
	}
	if strings.Contains(string(raw), "Bens") || strings.Contains(string(raw), "carla") {
		t.Errorf("what is others': %s", raw)
	}
	for _, language := range []string{lang.German, lang.English} {
		page := string(data.HTML(k.Phrases, language, time.UTC))
		if strings.Contains(page, "<script") || strings.Contains(page, "<Lifte>") || strings.Contains(page, "know_") || strings.Contains(page, "Bens") {
			t.Errorf("page: %s", page)
		}
		for _, want := range []string{html.EscapeString(text), "Ankes Antwort darauf", "Ankes Erfahrung", "&lt;Lifte&gt;", "halbe &lt;Karte&gt;", "Frau &lt;anke&gt;", "@anke:example.org", "(3)", "(4)", "(5)", "Ankes &lt;Zitat&gt;", "!a:b"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: no %q in %s", language, want, page)
			}
		}
	}
	nobody, err := knowledge.MyData(t.Context(), k.store.Reader(), "@nobody:b", k.now)
	if err != nil || len(nobody.Contributions)+len(nobody.Consents)+len(nobody.Topics)+len(nobody.Marks)+len(nobody.Quotes)+len(nobody.Subscriptions) != 0 {
		t.Errorf("of nobody: %+v, %v", nobody, err)
	}
}
