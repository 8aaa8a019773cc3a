package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
)

// The limits of issue 2.
const (
	maxRatio     = 1.15
	maxRest      = 45 // MB
	maxStart     = 1.5
	maxSize      = 30  // MB
	maxFirstSync = 150 // MB
)

const (
	command = "!angebot 3"
	warmUp  = 25
	// breath lets both bots finish with one question before the next is asked:
	// what one does after its answer must not count against the other.
	breath = 25 * time.Millisecond
)

func measureSize(t *table, bin string) error {
	info, err := os.Stat(bin)
	if err != nil {
		return err
	}
	t.add("stripped binary", "%.1f MB", float64(info.Size())/mega, maxSize)
	t.source("binary: size of go build -trimpath -ldflags \"-s -w\"; MB is 1,000,000 bytes everywhere")
	return nil
}

// measureLatency asks the bot and the echo bot in turn.
func measureLatency(ctx context.Context, t *table, s *scene, n int) error {
	t.say("latency: %d answers of each bot in a plain and an encrypted room, after %d to warm up", n, warmUp)
	var bot, echo [2][]time.Duration
	for i := range warmUp + n {
		for k := range kinds {
			b, err := s.ask(ctx, s.botProc, s.botRooms[k], command)
			if err != nil {
				return fmt.Errorf("ask the bot: %w", err)
			}
			time.Sleep(breath)
			e, err := s.ask(ctx, s.echoProc, s.echoRooms[k], command)
			if err != nil {
				return fmt.Errorf("ask the echo bot: %w", err)
			}
			time.Sleep(breath)
			if i >= warmUp {
				bot[k], echo[k] = append(bot[k], b), append(echo[k], e)
			}
		}
	}
	for k, kind := range kinds {
		b50, b95, e50, e95 := quantile(bot[k], 0.5), quantile(bot[k], 0.95), quantile(echo[k], 0.5), quantile(echo[k], 0.95)
		t.note("answer in the "+kind+" room, the bot, p50 / p95", "%.1f / %.1f ms", ms(b50), ms(b95))
		t.note("answer in the "+kind+" room, bare mautrix, p50 / p95", "%.1f / %.1f ms", ms(e50), ms(e95))
		t.add("  the bot against bare mautrix, p50", "%.2f ×", ms(b50)/ms(e50), maxRatio)
		t.add("  the bot against bare mautrix, p95", "%.2f ×", ms(b95)/ms(e95), maxRatio)
		n50, n95 := noise(echo[k])
		t.note("  bare mautrix against itself, p50 / p95", "%.2f / %.2f ×", n50, n95)
	}
	t.source("answers: %q from before the member sends it until the text of the reply is in her sync response (its file follows, and is waited for), %d of each bot in each room, "+
		"in turn, %s apart, in one run on one Dendrite; both bots are processes of their own; 15 offers in the bot's database", command, n, breath)
	t.source("bare mautrix: crypto helper, default syncer, answer straight from the handler (matrixtest.EchoBot); " +
		"against itself: its odd answers beside its even ones, what this run's noise alone does to a ratio")
	return nil
}

// noise is the ratio of p50 and p95 of every other value to the rest.
func noise(list []time.Duration) (p50, p95 float64) {
	var half [2][]time.Duration
	for i, d := range list {
		half[i%2] = append(half[i%2], d)
	}
	ratio := func(q float64) float64 {
		a, b := ms(quantile(half[0], q)), ms(quantile(half[1], q))
		return max(a, b) / min(a, b)
	}
	return ratio(0.5), ratio(0.95)
}

// restRooms is how many rooms the bot is in when it rests.
const restRooms = 100

// measureRest lets the bot join rooms until it is in a hundred, and rest.
func measureRest(ctx context.Context, t *table, s *scene) error {
	t.say("rest: the bot comes into %d rooms", restRooms)
	for i := len(s.botRooms); i < restRooms; i++ {
		room, err := s.anke.CreateRoom(ctx, matrixtest.RoomOptions{
			Name: fmt.Sprintf("Raum %d", i), Encrypted: i%2 == 1, Invite: []id.UserID{s.botUser}})
		if err != nil {
			return err
		}
		if err := s.joined(ctx, s.botProc, room, s.botUser); err != nil {
			return err
		}
		if err := s.introduced(ctx, room); err != nil {
			return err
		}
	}
	t.say("rest: waiting until it is quiet")
	m, wait, err := restOf(ctx, s.botProc)
	if err != nil {
		return err
	}
	t.add(fmt.Sprintf("memory at rest in %d rooms, after all that", restRooms), "%.1f MB", m.rss/mega, maxRest)
	t.note("  of it anonymous; quiet after", "%.1f MB; %.0f s", m.anon/mega, wait.Seconds())
	if err := s.botProc.stop(); err != nil {
		return err
	}
	if s.botProc, err = s.bot.start(); err != nil {
		return err
	}
	if _, err := s.ask(ctx, s.botProc, s.botRooms[1], command); err != nil {
		return err
	}
	if m, wait, err = restOf(ctx, s.botProc); err != nil {
		return err
	}
	t.add(fmt.Sprintf("memory at rest in %d rooms, after a start and one answer", restRooms), "%.1f MB", m.rss/mega, maxRest)
	t.note("  of it anonymous; quiet after", "%.1f MB; %.0f s", m.anon/mega, wait.Seconds())
	e, err := readMemory(s.echoProc.pid())
	if err != nil {
		return err
	}
	t.note("  bare mautrix in 2 rooms; of it anonymous", "%.1f; %.1f MB", e.rss/mega, e.anon/mega)
	t.source("memory: VmRSS and RssAnon of /proc/PID/status, once the process has used no more than 10 ms of CPU time in %s; half the rooms are encrypted", quietFor)
	return nil
}

func restOf(ctx context.Context, c *child) (memory, time.Duration, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, 2*time.Minute, fmt.Errorf("it is still busy after two minutes"))
	defer cancel()
	wait, err := waitQuiet(ctx, c.pid())
	if err != nil {
		return memory{}, 0, err
	}
	m, err := readMemory(c.pid())
	return m, wait, err
}

// starts is how often a start is measured, in each room.
const starts = 5

// measureStart asks while the bot is away, and starts it.
func measureStart(ctx context.Context, t *table, s *scene) error {
	t.say("start: %d starts, asked before in the plain and in the encrypted room", 2*starts)
	for k, kind := range kinds {
		var list []time.Duration
		for range starts {
			d, err := s.startOnce(ctx, s.botRooms[k])
			if err != nil {
				return err
			}
			list = append(list, d)
		}
		t.add("process start to first answer, "+kind+" room, median", "%.2f s", quantile(list, 0.5).Seconds(), maxStart)
		t.note("  fastest and slowest", "%.2f – %.2f s", quantile(list, 0).Seconds(), quantile(list, 1).Seconds())
	}
	t.source("start: from before the process is started until the answer to a command sent while the bot was away is in the member's sync response; median of %d", starts)
	return nil
}

func (s *scene) startOnce(ctx context.Context, room id.RoomID) (time.Duration, error) {
	if err := s.botProc.stop(); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	mark := s.anke.Mark()
	e, err := s.anke.Send(ctx, room, command)
	if err != nil {
		return 0, err
	}
	if s.botProc, err = s.bot.start(); err != nil {
		return 0, err
	}
	at, err := s.answered(ctx, s.botProc, mark, e)
	return at.Sub(s.botProc.born), err
}
