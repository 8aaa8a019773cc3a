package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/sqlstatestore"
)

// personal are the columns that name a person, in whatever table.
func personal() []string { return []string{"user_id", "author", "sender", "direct"} }

// impersonal are those that name nobody: ids of rooms, events and networks,
// what a source outside says, states, hashes. What a person said stands only in
// rows that name them. A column that is in neither list has to be thought about.
func impersonal() []string {
	return strings.Fields(`room_id network followed last_event next_batch event_id kind state session key last_error origin spec zone filter
		uid public_uid source status title description url location host topics recurrence rule hash etag last_modified outbox_key body_hash
		event_room thread_id name audience body what said ask_key topic value term version model month lang place note section role label
		who text link gone help material holidays lang post_key poll state_key event_type content args reason`)
}

type column struct {
	name, kind string
	notNull    bool
}

// ours are the tables of this program, with their columns; those of the Matrix
// library hold what the homeserver tells of rooms.
func ours(t *testing.T, s *Store) map[string][]column {
	t.Helper()
	tables, err := Collect(t.Context(), s.reader, func(scan func(...any) error) (n string, err error) { return n, scan(&n) },
		`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'mx_%' AND name NOT LIKE 'crypto_%' AND name NOT LIKE 'sqlite_%'
			AND name NOT LIKE '%version'`)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]column{}
	for _, table := range tables {
		all[table], err = Collect(t.Context(), s.reader, func(scan func(...any) error) (c column, err error) { return c, scan(&c.name, &c.kind, &c.notNull) },
			`SELECT name, type, "notnull" FROM pragma_table_info($1)`, table)
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// fill makes a row that names a person wherever one can be named.
func fill(ctx context.Context, tx *Tx, table string, columns []column, user id.UserID) error {
	var create string
	if err := tx.QueryRowContext(ctx, `SELECT sql FROM sqlite_master WHERE name = $1`, table).Scan(&create); err != nil {
		return err
	}
	defaults := map[string]string{"topics": "[]", "recurrence": "{}", "content": "{}", "args": "{}", "filter": "{}"}
	names, marks, values := []string{}, []string{}, []any{}
	for i, c := range columns {
		var v any = int64(1)
		if c.kind == "TEXT" {
			v = "x"
			if m := regexp.MustCompile(`\b` + c.name + `\s[^,]*?CHECK \(` + c.name + ` IN \((?:'', )?'([^']+)'`).FindStringSubmatch(create); m != nil {
				v = m[1]
			}
			if k, ok := defaults[c.name]; ok {
				v = k
			}
			if slices.Contains(personal(), c.name) {
				v = user
			}
		}
		switch {
		case c.kind == "BLOB":
			v = []byte{1}
		case table == "inbox" && c.name == "state":
			v = "done" // what is not done needs its sender, and is done next
		case table == "told" && c.name == "key":
			v = "start/1/" + user.String()
		case table == "contribution" && c.name == "topics":
			v = "x"
		case table == "offer" && c.name == "author":
			v = user
		}
		names, marks, values = append(names, `"`+c.name+`"`), append(marks, fmt.Sprintf("$%d", i+1)), append(values, v)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO "`+table+`" (`+strings.Join(names, ", ")+`) VALUES (`+strings.Join(marks, ", ")+`)`, values...)
	return err
}

// TestForgetEverywhere: whatever table names a person, now or when it is added,
// names them no more when they are forgotten, and somebody else it still does.
func TestForgetEverywhere(t *testing.T) {
	s := openFile(t)
	if err := sqlstatestore.NewSQLStateStore(s.Matrix(), nil, false).Upgrade(t.Context()); err != nil {
		t.Fatal(err)
	}
	tables := ours(t, s)
	const gone = id.UserID("@gone:example.org")
	named := map[string]bool{}
	for table, columns := range tables {
		for _, c := range columns {
			if c.kind != "TEXT" {
				continue
			}
			switch p := slices.Contains(personal(), c.name); {
			case p || table == "told":
				named[table] = true
			case !slices.Contains(impersonal(), c.name):
				t.Errorf("%s.%s: can it name a person? Then ForgetPerson must know of it", table, c.name)
			}
		}
	}
	if len(named) < 15 {
		t.Fatalf("only %v name people", named)
	}
	within(t, s, func(tx *Tx) error {
		left := tables
		for len(left) > 0 { // parents first
			next := map[string][]column{}
			var last error
			for table, columns := range left {
				if _, err := tx.ExecContext(t.Context(), `SAVEPOINT one`); err != nil {
					return err
				}
				if err := fill(t.Context(), tx, table, columns, gone); err != nil {
					next[table], last = columns, fmt.Errorf("%s: %w", table, err)
					if _, err := tx.ExecContext(t.Context(), `ROLLBACK TO one`); err != nil {
						return err
					}
				}
			}
			if len(next) == len(left) {
				return last
			}
			left = next
		}
		return nil
	})
	if there := namedIn(t, s, tables, gone); len(there) < len(named) {
		t.Fatalf("the person is only in %v of %v", there, named)
	}
	within(t, s, func(tx *Tx) error { return tx.ForgetPerson(t.Context(), "@somebody:example.org") })
	if there := namedIn(t, s, tables, gone); len(there) < len(named) {
		t.Errorf("somebody else was forgotten, and the person is only in %v", there)
	}
	within(t, s, func(tx *Tx) error { return tx.ForgetPerson(t.Context(), gone) })
	if there := namedIn(t, s, tables, gone); len(there) > 0 {
		t.Errorf("the person is still in %v", there)
	}
}

// namedIn are the columns whose values name a person.
func namedIn(t *testing.T, s *Store, tables map[string][]column, user id.UserID) (list []string) {
	t.Helper()
	for table, columns := range tables {
		for _, c := range columns {
			var n int
			err := s.reader.QueryRowContext(t.Context(), `SELECT count(*) FROM "`+table+`" WHERE instr(CAST("`+c.name+`" AS TEXT), $1) > 0`, user).Scan(&n)
			if err != nil {
				t.Fatal(err)
			}
			if n > 0 {
				list = append(list, table+"."+c.name)
			}
		}
	}
	slices.Sort(list)
	return list
}

// TestForgetOffers: what a forgotten person brought is withdrawn, found no more
// and without their words; its posts are mended; what others brought stays.
func TestForgetOffers(t *testing.T) {
	s := openFile(t)
	const ann, ben = id.UserID("@ann:example.org"), id.UserID("@ben:example.org")
	now := time.UnixMilli(1_800_000_000_000)
	within(t, s, func(tx *Tx) error {
		w, err := tx.OfferWriter(t.Context())
		if err != nil {
			return err
		}
		for i, who := range []id.UserID{ann, ben} {
			o := Offer{Network: "N", Number: i + 1, UID: fmt.Sprint(i), Source: "member", Status: OfferActive, Kind: "exchange", Title: "Chorprobe", Description: "bei Anna Muster",
				Host: "Anna", URL: "https://a.example", Location: "Annas Haus", Topics: []string{"anna"}, Recurrence: `{"rule":"FREQ=DAILY","overrides":[{"key":"1","start":"2","end":"3","cancelled":true,"title":"Anna","location":"Annas Haus","url":"https://a.example"},{"key":"4","start":"5","end":"6","future":true,"title":"Anna"}]}`, Author: who, Room: "!a:x", Material: "https://m.example", Changed: now}
			if err := w.Insert(t.Context(), &o); err != nil {
				return err
			}
			if err := w.PutDate(t.Context(), Occurrence{Offer: o.ID, Key: now, Start: now, End: now, Title: "Anna", Location: "Anna", URL: "https://a.example"}); err != nil {
				return err
			}
			if err := tx.PutSignup(t.Context(), Signup{Offer: o.ID, Key: now, User: ben, At: now}); err != nil {
				return err
			}
		}
		if err := tx.PutProposal(t.Context(), &Proposal{Network: "N", Author: ben, Kind: ProposeEdit, State: ProposalAsked, Key: "k", Offer: 1, Content: `{"title":"Anna"}`, At: now}); err != nil {
			return err
		}
		if err := tx.PutAfterword(t.Context(), Afterword{Line: "l", Post: "a", Room: "!a:x", Offer: 1, Key: now, At: now, Material: "https://m.example"}); err != nil {
			return err
		}
		return errors.Join(w.Close(), tx.PutAnnouncement(t.Context(), Announcement{Key: "a", Room: "!a:x", Filter: "{}", From: now, To: now}, []AnnouncementItem{{Offer: 1, Key: now, Location: "Annas Haus"}}))
	})
	within(t, s, func(tx *Tx) error { return tx.ForgetPerson(t.Context(), ann) })
	o, err := OfferByID(t.Context(), s.reader, 1)
	if err != nil || o.Status != OfferWithdrawn || o.Author != "" || o.Number != 1 || o.Sequence != 1 {
		t.Errorf("%+v, %v", o, err)
	}
	if want := `{"rule":"FREQ=DAILY","overrides":[{"key":"1","start":"2","end":"3","cancelled":true},{"key":"4","start":"5","end":"6","future":true}]}`; o.Recurrence != want {
		t.Errorf("its dates are %s", o.Recurrence)
	}
	look := func(table string) {
		rows, err := s.reader.QueryContext(t.Context(), `SELECT * FROM `+table)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			names, _ := rows.Columns()
			values := make([]any, len(names))
			for i := range values {
				values[i] = new(sql.NullString)
			}
			if err := rows.Scan(values...); err != nil {
				t.Fatal(err)
			}
			for i, v := range values {
				if text := v.(*sql.NullString).String; strings.Contains(strings.ToLower(text), "ann") || strings.Contains(text, ".example") || strings.Contains(text, "Chor") {
					t.Errorf("%s: %s is %q", table, names[i], text)
				}
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range []string{"offer WHERE id = 1", "occurrence WHERE offer_id = 1", "announcement_item", "proposal", "afterword"} {
		look(table)
	}
	if other, err := OfferByID(t.Context(), s.reader, 2); err != nil || other.Title != "Chorprobe" || other.Author != ben {
		t.Errorf("of somebody else: %+v, %v", other, err)
	}
	if list, err := Signups(t.Context(), s.reader, 1, now); err != nil || len(list) != 1 {
		t.Errorf("sign-ups of others: %v, %v", list, err)
	}
	hits, total, err := Search(t.Context(), s.reader, SearchQuery{Text: "chorprobe", Scopes: []string{NetworkScope("N")}, Limit: 5, Now: now})
	if err != nil || total != 1 || hits[0].ID != 2 {
		t.Errorf("found %v, %v", hits, err)
	}
	if job, err := s.Job(t.Context(), "mend/wiped/1"); err != nil || job.Args != `{"offers":[1]}` {
		t.Errorf("job %+v, %v", job, err)
	}
}

func openFile(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "buffet.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func within(t *testing.T, s *Store, f func(*Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// TestMoveRoomOffers: what was brought or proposed in a room, and the line
// after an offer, follow it to its successor.
func TestMoveRoomOffers(t *testing.T) {
	s := openFile(t)
	tables := ours(t, s)
	within(t, s, func(tx *Tx) error {
		for _, table := range []string{"offer", "proposal", "afterword"} {
			if err := fill(t.Context(), tx, table, tables[table], "@a:x"); err != nil {
				return err
			}
		}
		return tx.MoveRoom(t.Context(), "x", "!new:x")
	})
	for _, table := range []string{"offer", "proposal", "afterword"} {
		var in string
		if err := s.reader.QueryRowContext(t.Context(), `SELECT room_id FROM `+table).Scan(&in); err != nil || in != "!new:x" {
			t.Errorf("%s is in %q: %v", table, in, err)
		}
	}
}
