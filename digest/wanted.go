package digest

import "buffet/lang"

// amount is wanted by "how much".
const amount cue = 1 << 15

// wanted is what sort of answer a question wants, 0 for any.
func wanted(question string) cue {
	kind, n, asks := cue(0), 0, false
	lang.Scan(question, func(word []byte, _, _ int) {
		n++
		asks = asks || n <= 8 && lang.Asking(word) != 0
		if kind != 0 {
			return
		}
		switch string(word) {
		case "wann", "when", "frist", "lange", "deadline":
			kind = ofTime
		case "wieviel", "viel", "viele", "hoch", "kostet", "kosten", "zahlen", "many", "much", "cost", "teuer":
			kind = amount
		case "wo", "where", "wohin":
			kind = ofPlace
		case "wer", "who", "wen", "jemand", "anyone", "anybody":
			kind = person
		}
	})
	if kind == 0 && !asks {
		return agreeing
	}
	return kind
}

// hasKind tells whether a sentence has what a question wants.
func (p *part) hasKind(kind cue) bool {
	if kind == amount {
		return p.x[Number] > 0
	}
	if kind == ofTime && p.x[Number] > 0 || kind == person && p.x[I]+p.x[We] > 0 {
		return true
	}
	n, has := 0, false
	lang.Scan(p.text, func(word []byte, _, _ int) {
		has = has || cueOf(string(word))&kind != 0 && (kind != agreeing || n == 0)
		n++
	})
	return has
}
