package lang

// ReadLength reads how long something takes or is away: "1h", "90 min", "zwei
// Tage", "eine Woche", in German or English; a month has 30 days. It is not ok
// if the text is anything else.
func ReadLength(text string) (days, minutes int, ok bool) {
	_, toks, ok := whenTokens(text)
	if !ok || len(toks) == 0 {
		return 0, 0, false
	}
	r := &whenReader{toks: toks}
	l, ok := r.measure()
	r.dot()
	if !ok || r.at < len(r.toks) {
		return 0, 0, false
	}
	return l.days + 7*l.weeks + 30*l.months, l.minutes, true
}
