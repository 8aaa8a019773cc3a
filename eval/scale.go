package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// The scene that the speed is measured in.
const (
	scaleRooms  = 200
	viewerRooms = 20
	scaleAsks   = 300
	peerDocs    = 100_000 // bleve is measured beside up to so many
)

// evalScale measures the store with n short contributions.
func evalScale(ctx context.Context, n int, data string) (err error) {
	texts, asks, err := scaleTexts(data)
	if err != nil {
		return err
	}
	if len(texts) == 0 || len(asks) == 0 {
		fmt.Printf("There are no open sets in %s: nothing to measure with.\n", data)
		return nil
	}
	dir, err := os.MkdirTemp("", "buffet-eval-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	t := newTable()
	t.say("%d contributions in %d rooms", n, scaleRooms)
	index, err := scaleOwn(ctx, t, dir, n, texts, asks)
	if err != nil {
		return err
	}
	if n <= peerDocs {
		for _, lean := range []bool{false, true} {
			if err := scalePeer(ctx, t, dir, n, texts, asks, index, lean); err != nil {
				return err
			}
		}
		t.source("bleve as it comes keeps the texts and the words' places as well; lean, only what a search for words needs")
	}
	t.source("sentences of the open sets, again and again in another mixture; whole questions of the sets as queries, of a viewer in %d rooms", viewerRooms)
	return t.print(os.Stdout)
}

// scaleTexts are sentences and questions of the sets in a folder.
func scaleTexts(data string) (texts []string, asks []setQuery, err error) {
	paths, err := filepath.Glob(filepath.Join(data, "*.jsonl"))
	if err != nil {
		return nil, nil, err
	}
	for _, path := range paths {
		s, err := readSet(path)
		if err != nil {
			return nil, nil, err
		}
		for _, d := range s.docs {
			for sentence := range strings.SplitSeq(strings.NewReplacer("? ", "?\n", "! ", "!\n", ". ", ".\n").Replace(d.Text), "\n") {
				if words := strings.Fields(sentence); len(words) >= 4 && len(words) <= 25 {
					texts = append(texts, strings.Join(words, " "))
				}
			}
		}
		asks = append(asks, s.queries...)
	}
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same every time
	r.Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
	r.Shuffle(len(asks), func(i, j int) { asks[i], asks[j] = asks[j], asks[i] })
	return texts, asks[:min(len(asks), scaleAsks)], nil
}

// scaleText is the i-th contribution's: a sentence as it is the first time,
// later halves of two.
func scaleText(texts []string, i int) string {
	a := texts[i%len(texts)]
	if i < len(texts) {
		return a
	}
	r := rand.New(rand.NewPCG(uint64(i), 3)) //nolint:gosec // the same every time
	b := strings.Fields(texts[r.IntN(len(texts))])
	words := strings.Fields(a)
	return strings.Join(append(words[:len(words)/2:len(words)/2], b[len(b)/2:]...), " ")
}

func scaleRoom(i int) id.RoomID {
	return id.RoomID(fmt.Sprintf("!%d:eval.invalid", i*7919%scaleRooms))
}

func scaleOwn(ctx context.Context, t *table, dir string, n int, texts []string, asks []setQuery) (index int64, err error) {
	o, err := openOwn(ctx, dir)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	begin := time.Now()
	for i := 0; i < n; {
		err := o.st.Write(ctx, func(tx *store.Tx) error {
			for end := min(i+5000, n); i < end; i++ {
				_, _, err := tx.AddContribution(ctx, store.Contribution{Network: "eval", Kind: store.Question, Room: scaleRoom(i),
					Body: scaleText(texts, i), Sent: time.Unix(int64(i), 0)})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return 0, err
		}
		if i%100_000 == 0 {
			t.say("%d in, %.0f a second", i, float64(i)/time.Since(begin).Seconds())
		}
	}
	t.note("ingest, batches of 5,000", "%.0f /s", float64(n)/time.Since(begin).Seconds())
	if err := scaleLive(ctx, t, o, n, texts); err != nil {
		return 0, err
	}
	times, most, err := scaleAsk(ctx, o, asks)
	if err != nil {
		return 0, err
	}
	p50, p95 := 30.0, 120.0
	if n <= 100_000 {
		p50, p95 = 50, 50
	}
	t.add("question, p50", "%.1f ms", ms(quantile(times, 0.5)), p50)
	t.add("question, p95", "%.1f ms", ms(quantile(times, 0.95)), p95)
	t.add("memory while searching", "%.0f MB", most/mega, 200)
	index, file, err := o.size(ctx)
	t.note("index", "%.1f MB", float64(index)/mega)
	t.note("whole file", "%.1f MB", float64(file)/mega)
	return index, err
}

// scaleAsk asks all questions and watches the memory, in bytes.
func scaleAsk(ctx context.Context, o *own, asks []setQuery) (times []time.Duration, most float64, err error) {
	var scopes []string
	for i := range viewerRooms {
		scopes = append(scopes, store.RoomScope(scaleRoom(i)))
	}
	debug.FreeOSMemory()
	for _, ask := range asks {
		q := store.ParseQuery(ask.Text)
		q.Scopes, q.Now = scopes, time.Now()
		begin := time.Now()
		if _, _, err := store.Search(ctx, o.st.Reader(), q); err != nil {
			return nil, 0, err
		}
		times = append(times, time.Since(begin))
		m, err := readMemory(os.Getpid())
		if err != nil {
			return nil, 0, err
		}
		most = max(most, m.rss)
	}
	return times, most, nil
}

// scaleLive adds single contributions.
func scaleLive(ctx context.Context, t *table, o *own, n int, texts []string) error {
	var times []time.Duration
	for i := n; i < n+100; i++ {
		begin := time.Now()
		err := o.st.Write(ctx, func(tx *store.Tx) error {
			_, _, err := tx.AddContribution(ctx, store.Contribution{Network: "eval", Kind: store.Question, Room: scaleRoom(i), Body: scaleText(texts, i), Sent: time.Unix(int64(i), 0)})
			return err
		})
		if err != nil {
			return err
		}
		times = append(times, time.Since(begin))
	}
	t.note("one contribution, p50 / p95", "%.1f / %.1f ms", ms(quantile(times, 0.5)), ms(quantile(times, 0.95)))
	return nil
}

// scalePeer is the same with bleve, without rooms.
func scalePeer(ctx context.Context, t *table, dir string, n int, texts []string, asks []setQuery, index int64, lean bool) (err error) {
	name := "bleve"
	if lean {
		name = "bleve, lean"
	}
	t.say("the same with %s", name)
	p, err := openPeer(dir, "de", lean)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	docs := make([]setDoc, n)
	for i := range docs {
		docs[i] = setDoc{ID: "x", Text: scaleText(texts, i), Group: scaleRoom(i).String()}
	}
	begin := time.Now()
	if err := p.index(ctx, docs); err != nil {
		return err
	}
	t.note(name+": ingest", "%.0f /s", float64(n)/time.Since(begin).Seconds())
	var times []time.Duration
	p.groups = false
	for _, ask := range asks {
		begin := time.Now()
		if _, err := p.find(ctx, ask, 10); err != nil {
			return err
		}
		times = append(times, time.Since(begin))
	}
	t.note(name+": question over all rooms, p50 / p95", "%.1f / %.1f ms", ms(quantile(times, 0.5)), ms(quantile(times, 0.95)))
	_, size, err := p.size(ctx)
	if err != nil {
		return err
	}
	t.note(name+": index", "%.1f MB", float64(size)/mega)
	if !lean {
		t.add("our index, of bleve's", "%.2f", float64(index)/float64(size), 1.0/3)
	}
	return nil
}
