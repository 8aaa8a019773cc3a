package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// memory is what /proc/PID/status says, in bytes.
type memory struct {
	rss, anon, peak float64 // VmRSS, RssAnon, VmHWM
}

func readMemory(pid int) (memory, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return memory{}, err
	}
	var m memory
	for line := range strings.Lines(string(text)) {
		name, rest, _ := strings.Cut(line, ":")
		fields := strings.Fields(rest)
		into := map[string]*float64{"VmRSS": &m.rss, "RssAnon": &m.anon, "VmHWM": &m.peak}[name]
		if into == nil || len(fields) == 0 {
			continue
		}
		kib, err := strconv.ParseFloat(fields[0], 64)
		if err != nil {
			return m, fmt.Errorf("read %s: %w", name, err)
		}
		*into = kib * 1024
	}
	if m.rss == 0 {
		return m, fmt.Errorf("process %d has no memory", pid)
	}
	return m, nil
}

// cpuTime is what a process has used, in ticks of 10 ms (proc(5), /proc/pid/stat).
func cpuTime(pid int) (int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), ") ") // the name may hold blanks
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, fmt.Errorf("read cpu time of %d", pid)
	}
	user, err := strconv.Atoi(fields[11])
	if err != nil {
		return 0, err
	}
	system, err := strconv.Atoi(fields[12])
	return user + system, err
}

// quietFor is how long the CPU time has to stand still, quietTicks how much
// it may still move: the runtime itself looks around now and then.
const (
	quietFor   = 4 * time.Second
	quietTicks = 1
)

// waitQuiet waits until a process rests and returns how long that took.
func waitQuiet(ctx context.Context, pid int) (time.Duration, error) {
	begin := time.Now()
	base, err := cpuTime(pid)
	since := time.Now()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for err == nil {
		if time.Since(since) >= quietFor {
			return time.Since(begin), nil
		}
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("wait until process %d is quiet: %w", pid, context.Cause(ctx))
		case <-tick.C:
		}
		var now int
		if now, err = cpuTime(pid); now > base+quietTicks {
			base, since = now, time.Now()
		}
	}
	return 0, err
}
