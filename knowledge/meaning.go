package knowledge

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/id"

	"buffet/schedule"
	"buffet/store"
)

const (
	queryTimeout = 2 * time.Second // somebody waits for it
	restTime     = time.Minute     // after a fault the service is left alone
	embedPage    = 32              // contributions of a room at once
	embedGiveUp  = 40              // attempts, the last ones an hour apart
)

// errResting means that the service was at fault a moment ago.
var errResting = errors.New("the embeddings service is left alone after a fault")

// Meaning lets rooms that want it be searched by meaning, by way of a service
// that makes vectors. Without a service it does nothing.
type Meaning struct {
	Store    *store.Store
	Embedder *Embedder // nil: no service
	Now      func() time.Time
	Log      zerolog.Logger
	// Members makes sure that the members of a room are known, whose names are
	// not to be sent.
	Members func(ctx context.Context, room id.RoomID) error

	jobs, queries rest // apart: a slow service may serve the one and not the other
}

// Host is the service's host; "" without a service.
func (m *Meaning) Host() string {
	if m == nil || m.Embedder == nil {
		return ""
	}
	return m.Embedder.Host()
}

// Model names what made a vector: those of another one cannot be compared.
func (m *Meaning) Model() string {
	c := m.Embedder.config
	if c.Dimensions > 0 {
		return fmt.Sprintf("%s/%d", c.Model, c.Dimensions)
	}
	return c.Model
}

// Query is the vector of words that somebody searches for in these rooms; nil
// if there is none in time. The names of the rooms' members are taken out.
func (m *Meaning) Query(ctx context.Context, q store.Querier, words string, rooms []store.Room) ([]float32, error) {
	if m.Host() == "" || strings.TrimSpace(words) == "" || !m.queries.over(m.Now()) {
		return nil, nil
	}
	soon, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	vector, err := m.query(soon, q, words, rooms)
	if err == nil || store.Fault(err) {
		return vector, err
	}
	if ctx.Err() == nil && m.queries.begin(m.Now()) {
		m.Log.Warn().Err(err).Msg("search goes by words only for a minute")
	}
	return nil, nil
}

func (m *Meaning) query(ctx context.Context, q store.Querier, words string, rooms []store.Room) ([]float32, error) {
	var names []string
	for _, r := range rooms {
		some, err := m.names(ctx, q, r.ID)
		if err != nil {
			return nil, err
		}
		names = append(names, some...)
	}
	vectors, err := m.Embedder.Embed(ctx, []string{hideNames(Pseudonymise(words), names)})
	if err != nil {
		return nil, err
	}
	return vectors[0], nil
}

// names are what the members of a room are called. It may ask the homeserver.
func (m *Meaning) names(ctx context.Context, q store.Querier, room id.RoomID) ([]string, error) {
	if err := m.Members(ctx, room); err != nil {
		return nil, err
	}
	return store.MemberNames(ctx, q, room)
}

// Handlers do the jobs that make vectors.
func (m *Meaning) Handlers() map[string]schedule.Handler {
	return map[string]schedule.Handler{
		store.EmbedKind:     {Run: m.one, Timeout: 4 * time.Minute, Max: 1 << 30},
		store.EmbedRoomKind: {Run: m.room, Timeout: 4 * time.Minute, Max: 1 << 30},
	}
}

func (m *Meaning) one(ctx context.Context, j *schedule.Job) error {
	var a store.EmbedJob
	if err := j.Decode(&a); err != nil || m.Host() == "" {
		return err
	}
	c, err := store.ContributionByID(ctx, m.Store.Reader(), a.Contribution)
	if errors.Is(err, store.ErrNotFound) {
		return nil // taken back since
	} else if err != nil {
		return err
	}
	if wanted, err := m.wanted(ctx, c.Room); err != nil || !wanted {
		return err
	}
	return m.embed(ctx, j, []store.Contribution{c}, false)
}

func (m *Meaning) room(ctx context.Context, j *schedule.Job) error {
	var a store.EmbedJob
	if err := j.Decode(&a); err != nil || m.Host() == "" {
		return err
	}
	if wanted, err := m.wanted(ctx, a.Room); err != nil || !wanted {
		return err
	}
	list, err := store.Unembedded(ctx, m.Store.Reader(), a.Room, m.Model(), embedPage)
	if err != nil || len(list) == 0 {
		return err
	}
	return m.embed(ctx, j, list, len(list) == embedPage)
}

// wanted tells whether a room is searched by meaning, and we are in it: who
// its members are is not known otherwise.
func (m *Meaning) wanted(ctx context.Context, room id.RoomID) (bool, error) {
	on, err := store.Meaning(ctx, m.Store.Reader(), room)
	if err != nil || !on {
		return false, err
	}
	r, err := m.Store.Room(ctx, room)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil && !r.Joined.IsZero(), err
}

// embed keeps the vectors of contributions of one room and ticks the job off,
// or has it come again if there is more.
func (m *Meaning) embed(ctx context.Context, j *schedule.Job, list []store.Contribution, more bool) error {
	vectors, err := m.vectors(ctx, list)
	if err != nil && j.Attempts >= embedGiveUp {
		zerolog.Ctx(ctx).Error().Err(err).Msg("these contributions are found by words only")
		return nil
	}
	if err != nil {
		return err
	}
	return m.Store.Write(ctx, func(tx *store.Tx) error {
		if more {
			err = j.Again(ctx, tx, m.Now())
		} else {
			err = j.Done(ctx, tx)
		}
		if err != nil {
			return err
		}
		for i, c := range list {
			if err := tx.PutEmbedding(ctx, c, m.Model(), vectors[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (m *Meaning) vectors(ctx context.Context, list []store.Contribution) ([][]float32, error) {
	if !m.jobs.over(m.Now()) {
		return nil, errResting
	}
	names, err := m.names(ctx, m.Store.Reader(), list[0].Room)
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(list))
	for i, c := range list {
		texts[i] = hideNames(Pseudonymise(strings.TrimSpace(c.Title+"\n"+c.Body)), names)
	}
	vectors, err := m.Embedder.Embed(ctx, texts)
	if err != nil && ctx.Err() == nil {
		m.jobs.begin(m.Now())
	}
	return vectors, err
}

// rest is a time in which nobody asks, so that a service that is down holds up
// nothing else.
type rest struct {
	mu    sync.Mutex
	until time.Time
}

func (r *rest) over(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !now.Before(r.until)
}

// begin begins a rest; it is false during one.
func (r *rest) begin(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Before(r.until) {
		return false
	}
	r.until = now.Add(restTime)
	return true
}
