package commands

import (
	"strconv"
	"strings"
	"time"

	"buffet/lang"
)

// maxAlarm is the longest that a calendar rings before a date.
const maxAlarm = 28 * 24 * time.Hour

// calendarAlarm is how long before a date a calendar is to ring; 0: never.
type calendarAlarm struct{ before time.Duration }

// readAlarm reads "alarm aus", "alarm 1h", "30 min vorher" at the beginning of
// folded words, and how many of them that was; 0: they say nothing of an alarm.
// A nil alarm was begun, and is none that we have.
func readAlarm(words []string) (*calendarAlarm, int) {
	n, named := 0, false
	switch words[0] {
	case "alarm", "alarme", "alarms", "wecker":
		n, named = 1, true
	}
	if named && n < len(words) {
		switch words[n] {
		case "aus", "off", "nein", "no", "nie", "never", "0":
			return &calendarAlarm{}, n + 1
		}
	}
	var total time.Duration
	for n < len(words) {
		d, used := readLength(words[n:])
		if used == 0 {
			break
		}
		if total += d; total > maxAlarm || d <= 0 {
			return nil, n + used
		}
		if n += used; n+1 < len(words) && (words[n] == "und" || words[n] == "and") {
			n++
		}
	}
	if total == 0 {
		return nil, n
	}
	if n < len(words) && (words[n] == "vorher" || words[n] == "davor" || words[n] == "before" || words[n] == "earlier") {
		n++
	}
	return &calendarAlarm{total}, n
}

// readLength reads "90min", "1 h", "zwei Tage".
func readLength(words []string) (time.Duration, int) {
	digits := strings.TrimLeft(words[0], "0123456789")
	count, unit, used := words[0][:len(words[0])-len(digits)], digits, 1
	if count == "" {
		count = map[string]string{"ein": "1", "eine": "1", "einen": "1", "one": "1", "a": "1", "an": "1", "zwei": "2", "two": "2", "drei": "3", "three": "3"}[words[0]]
		unit = ""
	}
	if count == "" {
		return 0, 0
	}
	if unit == "" {
		if len(words) < 2 {
			return 0, 0
		}
		unit, used = words[1], 2
	}
	var size time.Duration
	switch strings.TrimSuffix(unit, ".") {
	case "m", "min", "mins", "minute", "minuten", "minutes":
		size = time.Minute
	case "h", "std", "stunde", "stunden", "hour", "hours", "hr", "hrs":
		size = time.Hour
	case "d", "t", "tag", "tage", "tagen", "day", "days":
		size = 24 * time.Hour
	case "w", "woche", "wochen", "week", "weeks":
		size = 7 * 24 * time.Hour
	default:
		return 0, 0
	}
	n, err := strconv.Atoi(count)
	if err != nil || n > int(maxAlarm/time.Minute) {
		return -1, used // more than there can be
	}
	if n == 0 {
		return -1, used
	}
	return time.Duration(n) * size, used
}

// before says how long before: "1 Tag", "2 Stunden", "90 Minuten".
func (c *Call) before(d time.Duration) string {
	unit, size := "calendar_minutes", time.Minute
	switch {
	case d%(24*time.Hour) == 0:
		unit, size = "calendar_days", 24*time.Hour
	case d%time.Hour == 0:
		unit, size = "calendar_hours", time.Hour
	}
	return c.Table.phrases.Text(c.Lang, unit, lang.Values{"Count": int(d / size)}).Plain()
}
