package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"
)

// The kinds of the jobs that embed one contribution, and those that a room
// has already.
const (
	EmbedKind     = "embed"
	EmbedRoomKind = "embed_room"
)

// EmbedJob are the arguments of both kinds.
type EmbedJob struct {
	Contribution int64     `json:"contribution,omitempty"`
	Room         id.RoomID `json:"room,omitempty"`
}

// inMeaningRoom is the condition that a contribution c stands in a room that
// is searched by meaning.
const inMeaningRoom = `EXISTS (SELECT 1 FROM setting s WHERE s.room_id = c.room_id AND s.key = 'meaning' AND s.value = 'on')`

// Meaning tells whether a room is searched by meaning.
func Meaning(ctx context.Context, q Querier, room id.RoomID) (bool, error) {
	if room == "" {
		return false, nil
	}
	value, err := Setting(ctx, q, room, SetMeaning)
	return value == On, err
}

// SetMeaning lets a room be searched by meaning from now on, and has what is
// there already embedded; or not any more, and its vectors are deleted.
func (tx *Tx) SetMeaning(ctx context.Context, room id.RoomID, on bool) error {
	value := Off
	if on {
		value = On
	}
	if err := tx.SetSetting(ctx, room, SetMeaning, value); err != nil {
		return err
	}
	return tx.settleMeaning(ctx, room)
}

// settleMeaning makes a room's vectors what its setting says.
func (tx *Tx) settleMeaning(ctx context.Context, room id.RoomID) error {
	on, err := Meaning(ctx, tx, room)
	if err != nil {
		return err
	}
	if on {
		return tx.addEmbedJob(ctx, EmbedRoomKind, room.String(), EmbedJob{Room: room})
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM embedding WHERE contribution_id IN (SELECT id FROM contribution WHERE room_id = $1)`, room); err != nil {
		return fmt.Errorf("delete vectors: %w", err)
	}
	return nil
}

// SettleMeaning has everything embedded that has no vector yet, in all rooms
// that are searched by meaning.
func (tx *Tx) SettleMeaning(ctx context.Context) error {
	rooms, err := Collect(ctx, tx, func(scan func(...any) error) (r id.RoomID, err error) {
		err = scan(&r)
		return r, err
	}, `SELECT room_id FROM setting WHERE key = 'meaning' AND value = 'on' ORDER BY room_id`)
	if err != nil {
		return fmt.Errorf("read rooms searched by meaning: %w", err)
	}
	for _, r := range rooms {
		if err := tx.settleMeaning(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// addEmbedJob adds a job under a key of its own: the same text may come back,
// and ids of contributions that are gone may be given again.
func (tx *Tx) addEmbedJob(ctx context.Context, kind, of string, args EmbedJob) error {
	text, err := json.Marshal(args)
	if err != nil {
		return err
	}
	_, err = tx.AddJob(ctx, Job{Key: kind + "/" + of + "/" + rand.Text()[:12], Kind: kind, Args: string(text), RunAt: time.Now()})
	return err
}

// embed has a contribution embedded if its room is searched by meaning.
func (tx *Tx) embed(ctx context.Context, c Contribution) error {
	on, err := Meaning(ctx, tx, c.Room)
	if err != nil || !on {
		return err
	}
	return tx.addEmbedJob(ctx, EmbedKind, fmt.Sprint(c.ID), EmbedJob{Contribution: c.ID})
}

// reembed follows a change: what was changed means something else now.
func (tx *Tx) reembed(ctx context.Context, old, c Contribution) error {
	if sameText(old, c) && old.Room == c.Room {
		return nil
	}
	if err := tx.unembed(ctx, c.ID); err != nil {
		return err
	}
	return tx.embed(ctx, c)
}

func sameText(a, b Contribution) bool {
	return a.Title == b.Title && a.Body == b.Body && a.Topics == b.Topics
}

func (tx *Tx) unembed(ctx context.Context, contribution int64) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM embedding WHERE contribution_id = $1`, contribution); err != nil {
		return fmt.Errorf("delete vector: %w", err)
	}
	return nil
}

// Unembedded are contributions of a room that have no vector of a model yet,
// if it is searched by meaning.
func Unembedded(ctx context.Context, q Querier, room id.RoomID, model string, limit int) ([]Contribution, error) {
	return contributions(ctx, q, `c.room_id = $1 AND c.room_id <> '' AND `+inMeaningRoom+`
		AND NOT EXISTS (SELECT 1 FROM embedding e WHERE e.contribution_id = c.id AND e.model = $2) ORDER BY c.id LIMIT $3`, room, model, limit)
}

// PutEmbedding keeps the vector of a contribution. Nothing is kept if it is
// gone or says something else by now, or its room is not searched by meaning.
func (tx *Tx) PutEmbedding(ctx context.Context, c Contribution, model string, vector []float32) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO embedding (contribution_id, model, dim, vector)
		SELECT c.id, $1, $2, $3 FROM contribution c WHERE c.id = $4 AND c.room_id = $5 AND c.title = $6 AND c.body = $7 AND c.topics = $8 AND `+inMeaningRoom+`
		ON CONFLICT (contribution_id) DO UPDATE SET model = excluded.model, dim = excluded.dim, vector = excluded.vector`,
		model, len(vector), packVector(vector), c.ID, c.Room, c.Title, c.Body, c.Topics)
	if err != nil {
		return fmt.Errorf("keep vector: %w", err)
	}
	return nil
}

// packVector is a vector's direction in one byte per dimension.
func packVector(v []float32) []byte {
	most := 0.0
	for _, x := range v {
		most = max(most, math.Abs(float64(x)))
	}
	data := make([]byte, len(v))
	for i, x := range v {
		if most > 0 {
			data[i] = byte(int8(math.Round(float64(x) / most * 127)))
		}
	}
	return data
}

// cosine is how much a vector of length 1 and a packed one point the same way.
func cosine(v []float32, data []byte) float64 {
	var dot float32
	length := 0
	for i, b := range data {
		x := int(int8(b))
		dot += v[i] * float32(x)
		length += x * x
	}
	if length == 0 {
		return 0
	}
	return float64(dot) / math.Sqrt(float64(length))
}

// NearQuery is what to look for by meaning, and for whom.
type NearQuery struct {
	Vector []float32 // of length 1
	Model  string    // that made it
	Kinds  []string  // none: all
	Scopes []string  // what the asker may see; nothing else is read
	Limit  int
}

// Near is a contribution and how close it is.
type Near struct {
	Kind     string
	ID       int64
	Question int64 // of an answer: its question, if the scopes may see that; 0: none
	Cosine   float64
}

// Nearest are the closest contributions that the scopes may see, closest
// first. The vectors are read one by one: only the best are held.
func Nearest(ctx context.Context, q Querier, query NearQuery) ([]Near, error) {
	if len(query.Vector) == 0 || query.Limit <= 0 {
		return nil, nil
	}
	visible, args := inScopes("c", query.Scopes)
	of, _ := inScopes("p", query.Scopes)
	arg := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	where := ` WHERE e.model = ` + arg(query.Model) + ` AND e.dim = ` + arg(len(query.Vector)) + ` AND ` + visible + ` AND ` + inMeaningRoom
	if len(query.Kinds) > 0 {
		marks := make([]string, len(query.Kinds))
		for i, k := range query.Kinds {
			marks[i] = arg(k)
		}
		where += ` AND c.kind IN (` + strings.Join(marks, ", ") + `)`
	}
	list, err := nearest(ctx, q, query, `SELECT c.kind, c.id, COALESCE(p.id, 0), e.vector FROM embedding e JOIN contribution c ON c.id = e.contribution_id
		LEFT JOIN contribution p ON p.id = c.question_id AND c.question_id > 0 AND `+of+where+` ORDER BY c.id`, args)
	if err != nil {
		return nil, fmt.Errorf("search by meaning: %w", err)
	}
	return list, nil
}

func nearest(ctx context.Context, q Querier, query NearQuery, text string, args []any) ([]Near, error) {
	rows, err := q.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var best []Near
	for rows.Next() {
		var n Near
		var data sql.RawBytes
		if err := rows.Scan(&n.Kind, &n.ID, &n.Question, &data); err != nil {
			return nil, err
		}
		if len(data) != len(query.Vector) {
			continue
		}
		n.Cosine = cosine(query.Vector, data)
		if len(best) == query.Limit && n.Cosine <= best[len(best)-1].Cosine {
			continue
		}
		at := len(best)
		for at > 0 && best[at-1].Cosine < n.Cosine {
			at--
		}
		best = slices.Insert(best, at, n)
		best = best[:min(len(best), query.Limit)]
	}
	return best, rows.Err()
}

// MemberNames are what those are called who are or were in a room.
func MemberNames(ctx context.Context, q Querier, room id.RoomID) ([]string, error) {
	list, err := Collect(ctx, q, func(scan func(...any) error) (string, error) {
		var user id.UserID
		var name string
		err := scan(&user, &name)
		if name == "" {
			name = user.Localpart()
		}
		return name, err
	}, `SELECT user_id, COALESCE(displayname, '') FROM mx_user_profile WHERE room_id = $1`, room)
	if err != nil {
		return nil, fmt.Errorf("read names of a room: %w", err)
	}
	return list, nil
}
