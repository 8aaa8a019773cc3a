package commands

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/sqlstatestore"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

const (
	asker   = id.UserID("@ask:example.org")
	another = id.UserID("@xaver:example.org")
	askerDM = id.RoomID("!dm-ask:example.org")
	otherDM = id.RoomID("!dm-xaver:example.org")
)

// leakRooms are the rooms and their networks.
func leakRooms() map[id.RoomID]string {
	return map[id.RoomID]string{"!n1:example.org": "Nord", "!n2:example.org": "Nord", "!s1:example.org": "Süd", "!s2:example.org": "Süd"}
}

// piece is a contribution as the oracle knows it: by a word that only it has.
type piece struct {
	word, network, audience, kind, name string
	room                                id.RoomID
	question                            int // index of it, from 1
	number                              int
	id                                  int64
}

// body has words that only it has.
func (p piece) body() string {
	return fmt.Sprintf("Fahrdienst am Ort %s, ganz kurz, w%s s%s?", p.word, p.word, p.word)
}

// pieces are every audience, kind and state of an answer in every room.
func pieces() (list []piece) {
	audiences := []string{store.AudienceRoom, store.AudienceNetwork, store.AudiencePublic}
	add := func(p piece) int {
		n := len(list)
		p.word = "mk" + string([]byte{'b' + byte(n%19), 'a' + byte(n/19%19), 'g' + byte(n*7%13), 'o' + byte(n/361)})
		p.name = "Ursula " + p.word
		list = append(list, p)
		return n + 1
	}
	rooms := slices.Sorted(maps.Keys(leakRooms()))
	for _, audience := range audiences { // interleaved, so that the hidden stand between the visible
		for _, room := range rooms {
			base := piece{network: leakRooms()[room], room: room, audience: audience}
			base.kind = store.Question
			add(base)
			for _, of := range audiences {
				q := add(base)
				add(piece{network: base.network, room: room, audience: of, kind: store.Answer, question: q})
			}
			base.kind = store.Experience
			add(base)
		}
		for _, room := range []id.RoomID{askerDM, otherDM} {
			add(piece{network: "Nord", room: room, audience: audience, kind: store.Experience})
		}
	}
	return list
}

type leakHouse struct {
	*house
	pieces []piece
}

// newLeakHouse has the pieces that keep wants; numbers are those of all.
func newLeakHouse(t *testing.T, keep func(piece) bool) *leakHouse {
	t.Helper()
	h := &leakHouse{house: newHouse(t), pieces: pieces()}
	if err := sqlstatestore.NewSQLStateStore(h.store.Matrix(), nil, false).Upgrade(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.ExecContext(ctx, `CREATE TABLE crypto_megolm_outbound_session (room_id TEXT)`); err != nil {
			return err
		}
		for _, network := range []string{"Nord", "Süd"} {
			if err := tx.PutExpert(ctx, store.Expert{Network: network, Author: "@buffet:example.org", Name: "Frau " + network, Topic: "Fahrdienst", At: h.now}); err != nil {
				return err
			}
			for _, help := range []string{store.HelpNeed, store.HelpGive} {
				if _, err := offers.Bring(ctx, tx, offers.By{Network: network, Author: another}, offers.Draft{Title: "Klavier", Help: help, Host: "Frau " + network}, h.now); err != nil {
					return err
				}
			}
		}
		for room, network := range leakRooms() {
			if err := h.enter(ctx, tx, store.Room{ID: room, Network: network}); err != nil {
				return err
			}
		}
		if err := errors.Join(h.enter(ctx, tx, store.Room{ID: askerDM, Direct: asker}), h.enter(ctx, tx, store.Room{ID: otherDM, Direct: another}),
			member(ctx, tx, askerDM, asker, "join"), member(ctx, tx, otherDM, another, "join")); err != nil {
			return err
		}
		numbers := map[string]int{}
		for i := range h.pieces {
			p := &h.pieces[i]
			if p.kind != store.Answer {
				numbers[p.network+p.kind]++
				p.number = numbers[p.network+p.kind]
			}
			if !keep(*p) {
				continue
			}
			if p.number > 1 {
				if _, err := tx.ExecContext(ctx, `INSERT INTO contribution_number (network, kind, highest) VALUES ($1, $2, $3)
					ON CONFLICT (network, kind) DO UPDATE SET highest = excluded.highest`, p.network, p.kind, p.number-1); err != nil {
					return err
				}
			}
			c := store.Contribution{Network: p.network, Kind: p.kind, Room: p.room, Event: id.EventID(fmt.Sprintf("$e%d", i)), EventRoom: p.room,
				Author: id.UserID(fmt.Sprintf("@a%d:example.org", i)), Name: p.name, Audience: p.audience, Kept: true,
				Body: p.body(), Sent: h.now.Add(time.Duration(i) * -time.Hour)}
			if p.question > 0 {
				c.Question = h.pieces[p.question-1].id
			}
			c, _, err := tx.AddContribution(ctx, c)
			if err != nil {
				return err
			}
			if p.id = c.ID; c.Number != p.number {
				return fmt.Errorf("%+v has number %d", p, c.Number)
			}
		}
		return nil
	})
	return h
}

func (h *leakHouse) enter(ctx context.Context, tx *store.Tx, r store.Room) error {
	r.Joined = h.now
	return errors.Join(tx.PutRoom(ctx, r), member(ctx, tx, r.ID, "@buffet:example.org", "join"))
}

// flood adds words to the index that the asker may not see, more than a search looks at.
func (h *leakHouse) flood() {
	h.write(func(ctx context.Context, tx *store.Tx) error {
		for i := range 30 {
			var words []string
			for j := range 20 {
				tail := string([]byte{'a' + byte(i%15), 'a' + byte(j), 'a' + byte(i/15)})
				words = append(words, "fahrd"+tail, "fahrdeinst"+tail)
			}
			if _, _, err := tx.AddContribution(ctx, store.Contribution{Network: "Nord", Kind: store.Answer, Room: otherDM, Author: another,
				Body: "mkzzzz " + strings.Join(words, " "), Sent: h.now}); err != nil {
				return err
			}
		}
		return nil
	})
}

// member writes a membership as the Matrix library does.
func member(ctx context.Context, tx *store.Tx, room id.RoomID, user id.UserID, membership string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO mx_user_profile (room_id, user_id, membership, displayname) VALUES ($1, $2, $3, $4)
		ON CONFLICT (room_id, user_id) DO UPDATE SET membership = excluded.membership`, room, user, membership, user.Localpart())
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO mx_room_state (room_id, members_fetched) VALUES ($1, true) ON CONFLICT DO NOTHING`, room)
	return err
}

// situation is where the asker stands towards the rooms, and where they ask.
type situation struct {
	state string    // towards x
	x, y  id.RoomID // y is joined; "" for none
	in    id.RoomID // "": in the direct chat
}

func (s situation) String() string {
	where := "direct chat"
	if s.in != "" {
		where = string(s.in)
	}
	return fmt.Sprintf("%s to %s, joined to %q, asks in %s", s.state, s.x, s.y, where)
}

const upgraded = ":new.example.org"

func successor(room id.RoomID) id.RoomID {
	return id.RoomID(strings.Split(string(room), ":")[0] + upgraded)
}

// guest: the asker is in the room, and let somebody else into the direct chat who is not.
const guest = "join, with a guest in the chat"

// leakStates are the states towards a room, and whether it is seen from there.
func leakStates() map[string]bool {
	return map[string]bool{
		"never": false, "join": true, "leave": false, "ban": false, "kick": false, "invite": false, "knock": false,
		guest: false, "members unknown": false, "bot out": false, "upgraded, in both": true, "upgraded, in the old": false, "upgraded, in the new": true,
	}
}

// apply brings the situation about.
func (h *leakHouse) apply(ctx context.Context, tx *store.Tx, s situation) error {
	if s.y != "" {
		if err := member(ctx, tx, s.y, asker, "join"); err != nil {
			return err
		}
	}
	upgrade := func() error {
		return errors.Join(h.enter(ctx, tx, store.Room{ID: successor(s.x), Network: leakRooms()[s.x], Followed: s.x}),
			tx.MoveRoom(ctx, s.x, successor(s.x)), tx.DropRoom(ctx, s.x, h.now))
	}
	switch s.state {
	case "never":
		return nil
	case "kick":
		return errors.Join(member(ctx, tx, s.x, asker, "join"), member(ctx, tx, s.x, asker, "leave"))
	case "join", "leave", "ban", "invite", "knock":
		return member(ctx, tx, s.x, asker, s.state)
	case guest:
		if s.y != "" {
			if err := member(ctx, tx, s.y, "@guest:example.org", "join"); err != nil {
				return err
			}
		}
		return errors.Join(member(ctx, tx, s.x, asker, "join"), member(ctx, tx, askerDM, "@guest:example.org", "join"))
	case "members unknown":
		return errors.Join(member(ctx, tx, s.x, asker, "join"), tx.ForgetMembers(ctx, s.x))
	case "bot out":
		return errors.Join(member(ctx, tx, s.x, asker, "join"), tx.DropRoom(ctx, s.x, h.now))
	case "upgraded, in the old":
		return errors.Join(member(ctx, tx, s.x, asker, "join"), upgrade())
	case "upgraded, in the new":
		return errors.Join(upgrade(), member(ctx, tx, successor(s.x), asker, "join"))
	case "upgraded, in both":
		return errors.Join(member(ctx, tx, s.x, asker, "join"), upgrade(), member(ctx, tx, successor(s.x), asker, "join"))
	}
	return fmt.Errorf("no state %q", s.state)
}

// sees is the oracle: it knows nothing of scopes.
func (s situation) sees(p piece) bool {
	here := func(room id.RoomID) bool { // may everybody who reads the answer see what stays in that room?
		if s.in != "" {
			return s.in == room || s.in == successor(s.x) && room == s.x
		}
		return room == askerDM || room == s.y || room == s.x && leakStates()[s.state]
	}
	if p.audience == store.AudienceRoom {
		return here(p.room)
	}
	for room, network := range leakRooms() {
		if network == p.network && here(room) {
			return true
		}
	}
	return false
}

func (h *leakHouse) ask(ctx context.Context, tx *store.Tx, s situation, text string) (string, error) {
	req := Request{Event: "$asked", Room: s.in, Sender: asker, Text: text, Now: h.now}
	networks := map[string]bool{}
	if s.in != "" {
		networks[leakRooms()[s.x]] = true
		if n := leakRooms()[s.in]; n != "" {
			networks = map[string]bool{n: true}
		}
	} else {
		req.Room, req.Direct = askerDM, true
		if n := leakRooms()[s.y]; n != "" {
			networks[n] = true
		}
		if leakStates()[s.state] || s.state == guest {
			networks[leakRooms()[s.x]] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(networks)) {
		n := h.network(lang.German)
		n.Name, n.Room = name, s.in
		req.Networks = append(req.Networks, n)
	}
	reply, err := h.table.Run(ctx, tx, req)
	if p, ok := lang.AsProblem(err); ok {
		return "[problem] " + h.table.phrases.Text(lang.German, p.Key, p.Values).HTML(), nil
	}
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(text, "frage ") {
		said, err := store.Collect(ctx, tx, func(scan func(...any) error) (s string, err error) { return s, scan(&s) },
			`SELECT content FROM outbox WHERE key LIKE 'hint/%' ORDER BY seq`)
		return strings.Join(said, "\n"), err
	}
	if reply == nil || reply.Text == nil {
		return fmt.Sprintf("%+v", reply), nil
	}
	return fmt.Sprintf("%v %q %s\n%s", reply.Private, reply.React, reply.Text.Plain(), reply.Text.HTML()), nil
}

const allPages = 60

// pages are the first pages of an answer.
func (h *leakHouse) pages(ctx context.Context, tx *store.Tx, s situation, text string, most int) (string, error) {
	all := ""
	for page := 1; page <= most; page++ {
		said, err := h.ask(ctx, tx, s, fmt.Sprintf("%s seite %d", text, page))
		if err != nil {
			return "", err
		}
		all += said + "\n"
		if !strings.Contains(said, "weitere") {
			break
		}
	}
	return all, nil
}

// way is a way of asking, and which of the visible pieces it has to name; nil: not all.
type way struct {
	text  string
	pages int
	names func(piece) bool
}

func (h *leakHouse) ways(s situation) (list []way) {
	all := func(piece) bool { return true }
	list = []way{
		{"suche fahrdienst", allPages, all},
		{`suche "fahrdienst am ort"`, 2, nil},
		{"suche fahrdiens*", 2, nil},
		{"suche fahrd*", 2, nil},
		{"suche frage: fahrdienst", 2, nil},
		{"suche antwort: fahrdienst", 2, nil},
		{"suche erfahrung: fahrdienst", 2, nil},
		{"suche angebot: beratung", 2, nil},
		{"suche fahrdeinst", 2, nil},
		{"suche fahrdienst -kurz", 2, nil},
		{"suche mkzzzz", 2, nil},
		{"wer fahrdienst", 0, nil},
		{"wer fahrdienst Nord", 0, nil},
		{"wer fahrdienst Süd", 0, nil},
		{"buffet Nord", 0, nil}, {"buffet Süd", 0, nil}, {"neu Nord", 0, nil}, {"neu Süd", 0, nil},
		{"offen", allPages, func(p piece) bool {
			return p.kind == store.Question && !slices.ContainsFunc(h.pieces, func(a piece) bool { return a.question > 0 && h.pieces[a.question-1].word == p.word && s.sees(a) })
		}},
	}
	hidden := 0
	for _, p := range h.pieces {
		if !s.sees(p) && hidden < 8 {
			hidden++
			list = append(list, way{"suche " + p.word, 0, nil}, way{"wer " + p.word, 0, nil})
		}
	}
	if s.in != "" { // names earlier questions
		asked := map[bool]int{}
		for _, p := range h.pieces {
			if see := s.sees(p); p.kind == store.Question && asked[see] < 4 {
				asked[see]++
				list = append(list, way{"frage " + p.body(), 0, nil})
			}
		}
	}
	for n := 1; n <= 24; n += 2 {
		list = append(list, way{fmt.Sprintf("erledigt F%d", n), 0, nil}, way{fmt.Sprintf("erledigt F%d Nord", n+1), 0, nil})
	}
	return list
}

// kindsAsked are the kinds that may come for questions of one kind.
func kindsAsked() map[string][]string {
	return map[string][]string{
		"suche frage: fahrdienst": {store.Question, store.Answer}, "suche antwort: fahrdienst": {store.Answer},
		"suche erfahrung: fahrdienst": {store.Experience},
	}
}

var errUndo = errors.New("undo")

// answers are what is said to each way of asking.
func (h *leakHouse) answers(ctx context.Context, tx *store.Tx, s situation, ways []way) (list []string, err error) {
	if _, err := tx.ExecContext(ctx, `SAVEPOINT asking`); err != nil { // a question is one more in the store
		return nil, err
	}
	for _, w := range ways {
		said := ""
		if w.pages > 0 {
			said, err = h.pages(ctx, tx, s, w.text, w.pages)
		} else {
			said, err = h.ask(ctx, tx, s, w.text)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", w.text, err)
		}
		list = append(list, said)
	}
	_, err = tx.ExecContext(ctx, `ROLLBACK TO asking`)
	return list, err
}

// check compares what is said with the oracle, and with what is said when
// what the oracle hides is not there; it is how many answers were compared.
func (h *leakHouse) check(s situation, fresh *leakHouse) int {
	h.t.Helper()
	ways := h.ways(s)
	var said, without []string
	err := h.store.Write(h.t.Context(), func(tx *store.Tx) (err error) {
		ctx := h.t.Context()
		if err := h.apply(ctx, tx, s); err != nil {
			return err
		}
		if said, err = h.answers(ctx, tx, s, ways); err != nil {
			return err
		}
		if fresh != nil {
			return errUndo
		}
		for _, p := range h.pieces {
			if !s.sees(p) {
				c, err := store.ContributionByID(ctx, tx, p.id)
				if err != nil {
					return err
				}
				if err := tx.DropContribution(ctx, c); err != nil {
					return err
				}
			}
		}
		if without, err = h.answers(ctx, tx, s, ways); err != nil {
			return err
		}
		return errUndo
	})
	if fresh != nil && errors.Is(err, errUndo) {
		err = fresh.store.Write(h.t.Context(), func(tx *store.Tx) (err error) {
			if err = fresh.apply(h.t.Context(), tx, s); err == nil {
				without, err = fresh.answers(h.t.Context(), tx, s, ways)
			}
			return errors.Join(err, errUndo)
		})
	}
	if !errors.Is(err, errUndo) {
		h.t.Fatalf("%v: %v", s, err)
	}
	for i, w := range ways {
		text := said[i]
		for _, p := range h.pieces {
			shown := strings.Contains(text, p.word+",") || strings.Contains(text, p.word+"</b>,") || strings.Contains(text, p.name)
			if shown && !s.sees(p) {
				h.t.Errorf("%v: %q shows %+v:\n%s", s, w.text, p, text)
			}
			if kind, ok := kindsAsked()[w.text]; ok && shown && !slices.Contains(kind, p.kind) {
				h.t.Errorf("%v: %q shows %+v", s, w.text, p)
			}
			if w.names != nil && s.sees(p) && shown != w.names(p) {
				h.t.Errorf("%v: %q shows %v: %+v", s, w.text, shown, p)
			}
		}
		for _, network := range []string{"Nord", "Süd"} { // who is in it is for the network
			if strings.Contains(text, "Frau "+network) && !s.sees(piece{network: network, audience: store.AudienceNetwork}) {
				h.t.Errorf("%v: %q names somebody of %s:\n%s", s, w.text, network, text)
			}
		}
		if strings.Contains(text, "mkzzzz ") && w.text != "suche mkzzzz" {
			h.t.Errorf("%v: %q shows what stands in a direct chat of others", s, w.text)
		}
		if text != without[i] {
			h.t.Errorf("%v: %q says something else when what is hidden is there:\n%s\n--- and without:\n%s", s, w.text, text, without[i])
		}
	}
	if h.t.Failed() {
		h.t.FailNow()
	}
	return len(ways)
}

// TestNoLeak compares what people are told with an oracle, in every state
// towards every pair of rooms, and with a store in which the hidden is not.
func TestNoLeak(t *testing.T) {
	rooms := slices.Sorted(maps.Keys(leakRooms()))
	for _, x := range rooms {
		t.Run(string(x), func(t *testing.T) {
			t.Parallel()
			h := newLeakHouse(t, func(piece) bool { return true })
			situations, answers := 0, 0
			for _, state := range slices.Sorted(maps.Keys(leakStates())) {
				for _, y := range append([]id.RoomID{""}, rooms...) {
					if y == x {
						continue
					}
					situations++
					answers += h.check(situation{state: state, x: x, y: y}, nil)
				}
				in := x
				if strings.HasPrefix(state, "upgraded") {
					in = successor(x)
				}
				if state == "join" || in != x { // whoever asks in a room is in it
					situations++
					answers += h.check(situation{state: state, x: x, in: in}, nil)
				}
			}
			t.Logf("%d situations, %d answers compared", situations, answers)
		})
	}
}

// TestNoLeakFresh compares with stores in which the hidden never was.
func TestNoLeakFresh(t *testing.T) {
	h := newLeakHouse(t, func(piece) bool { return true })
	h.flood()
	for _, s := range []situation{
		{state: "never", x: "!n1:example.org"},
		{state: "join", x: "!n1:example.org"}, {state: "join", x: "!n1:example.org", y: "!s2:example.org"},
		{state: "join", x: "!s1:example.org", in: "!s1:example.org"}, {state: "join", x: "!n2:example.org", in: "!n2:example.org"},
		{state: "leave", x: "!n2:example.org", y: "!n1:example.org"}, {state: "upgraded, in the new", x: "!n2:example.org", y: "!s1:example.org"},
	} {
		h.check(s, newLeakHouse(t, s.sees))
	}
}
