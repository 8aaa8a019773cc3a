package digest

import (
	"math"
	"strings"
	"unicode"

	"buffet/lang"
)

// Feature is something that is measured of a sentence, mostly from 0 to 1.
type Feature int

// The features. Those from Gain on depend on what was chosen before.
const (
	Always        Feature = iota
	First                 // of its message
	Second                // of its message
	Early                 // the sooner in its message, the more
	Last                  // of a message of more than one
	Root                  // in the first message
	RootFirst             // first of the first message
	Progress              // how far into the talk
	End                   // in the last message
	Length                // in words, logarithm
	Words                 // in words, up to 40
	Short                 // fewer than five words
	Long                  // more than forty
	Central               // how much it shares with the other sentences
	Dense                 // the same by word
	TitleShare            // of the title's terms
	OfTitle               // share of its terms that the title has
	Mark                  // ends with a question mark
	Asking                // asks those who listen
	Reply                 // its message answers one by a reply
	Replied               // how many replies its message has
	Reacted               // how many people reacted
	Marked                // its message was marked as a question
	Number                // has digits
	When                  // has a date, a weekday or a time
	Link                  // has an address
	I                     // speaks of its writer
	We                    // speaks of several, the writer among them
	You                   // speaks to somebody
	Addressed             // names another of those who talk
	Decides               // must, should, agreed, propose …
	Opines                // think, agree, prefer …
	Backward              // begins with what it takes from before: this, it, but
	MessageLength         // words of its message, logarithm
	Share                 // of its sender among the messages
	Newcomer              // the sender's first message
	Unended               // no mark at its end
	Colon                 // ends with a colon
	Odd                   // share of characters that are no letters
	Lower                 // begins with a small letter
	TightFirst            // the same by how much has to be left out
	TightWords
	TightCentral
	TightDense
	TightTitle
	SoloFirst // the same if only one person, or nobody by name, talks
	SoloRoot
	SoloWords
	SoloProgress
	BriefWords // the same if messages are short
	BriefFirst
	Corrects    // what was said before
	Concludes   // result, decided, final …
	Aside       // said by the way
	Founder     // by whom the talk began
	LateFounder // the same, the later the more
	OpenAsk     // a question that nobody answered
	LateAsk     // the same, the later the more
	Tells       // in a message that answers a question
	Promises    // an answer
	Bare        // hardly a word that says anything
	Stops       // share of its words that say little by themselves
	Chatter     // share of its words that fill pauses
	Letters     // mean length of its words
	Commas
	TightStops
	TightChatter
	TightAsking
	TightLength
	TightDecides
	SoloStops
	SoloLetters
	SoloCentral
	SoloTitle
	BriefDecides
	BriefNumber
	ChatAsking // the same in a chat: short messages, and not many
	ChatTells
	ChatOpen
	ChatConcludes
	ChatShort
	ChatBare

	Gain      // what it adds of what the talk is about
	Repeats   // most that it shares with one that is chosen
	SameVoice // its sender has a line
	SameNote  // its message has a line
	Next      // the sentence before it is chosen
	Full      // how much of the room is taken
	TightGain
	SoloGain
	BriefGain
	features
)

// Weights are what each feature is worth.
type Weights [features]float64

// measure fills in what does not depend on the choice.
func (g *Reading) measure(names map[string]bool) {
	g.form = g.formOf()
	k := g.form
	replies := map[string]int{}
	senders := map[string]int{}
	for _, m := range g.talk.Messages {
		if m.ReplyTo != "" {
			replies[m.ReplyTo]++
		}
		senders[m.Sender]++
	}
	met := map[string]int{}
	for i, m := range g.talk.Messages {
		s := &g.messages[i]
		var of [features]float32
		set := func(f Feature, v float64) { of[f] = float32(v) }
		set(Always, 1)
		set(Root, truth(i == 0))
		set(End, truth(i == len(g.messages)-1 && i > 0))
		set(Progress, float64(i)/float64(max(len(g.messages)-1, 1)))
		set(Reply, truth(m.ReplyTo != ""))
		set(Replied, logShare(replies[m.ID], 5))
		set(Reacted, logShare(m.Reactions, 5))
		set(Marked, truth(m.Question))
		set(MessageLength, logShare(s.length, 400))
		set(Share, float64(senders[m.Sender])/float64(len(g.messages)))
		set(Founder, truth(m.Sender == g.talk.Messages[0].Sender))
		set(LateFounder, truth(m.Sender == g.talk.Messages[0].Sender)*float64(of[Progress]))
		set(Newcomer, truth(met[m.Sender] == 0))
		if s.last > s.first {
			met[m.Sender]++
		}
		for j := s.first; j < s.last; j++ {
			g.parts[j].x = of
			g.measurePart(&g.parts[j], s.last-s.first, k, names)
		}
	}
}

// form says what sort of talk it is, each from 0 to 1: how much must be left
// out, whether only one person talks, and at length, whether messages are short.
type form struct{ tight, solo, brief float64 }

// chat is how much a talk is one of short messages that is not long as a whole.
func (f form) chat() float64 { return f.brief * (1 - f.tight) }

func (g *Reading) formOf() form {
	total, voices := 0, map[string]bool{}
	for i, m := range g.talk.Messages {
		total += g.messages[i].length
		voices[m.Sender] = true
	}
	k := form{tight: min(1, max(0, math.Log2(float64(total+1)/float64(g.words))/7))}
	if len(voices) < 2 {
		k.solo = min(1, float64(total)/800)
	}
	k.brief = 1 - min(1, float64(total)/float64(len(g.messages))/60)
	return k
}

func (g *Reading) measurePart(p *part, of int, k form, names map[string]bool) {
	set := func(f Feature, v float64) { p.x[f] = float32(v) }
	words, first := float64(p.words), truth(p.n == 0)
	set(First, first)
	set(Second, truth(p.n == 1))
	set(Early, 1/float64(1+p.n))
	set(Last, truth(of > 1 && p.n == of-1))
	set(RootFirst, first*truth(p.message == 0))
	set(Length, logShare(p.words, 60))
	set(Words, min(1, words/40))
	set(Short, truth(p.words < 5))
	set(Long, truth(p.words > 40))
	central, dense, share, ofTitle := g.shared(p)
	set(Central, central)
	set(Dense, dense)
	set(TitleShare, share)
	set(OfTitle, ofTitle)
	set(Asking, truth(p.question))
	set(Bare, truth(len(p.terms) < 2))
	p.surface(names)
	set(TightFirst, k.tight*first)
	set(TightWords, k.tight*min(1, words/40))
	set(TightCentral, k.tight*central)
	set(TightDense, k.tight*dense)
	set(TightTitle, k.tight*share)
	set(SoloFirst, k.solo*first)
	set(SoloRoot, k.solo*truth(p.message == 0))
	set(SoloWords, k.solo*min(1, words/40))
	set(SoloProgress, k.solo*float64(p.x[Progress]))
	set(BriefWords, k.brief*min(1, words/40))
	set(BriefFirst, k.brief*first)
	for _, f := range [...][2]Feature{{Stops, TightStops}, {Chatter, TightChatter}, {Asking, TightAsking}, {Length, TightLength}, {Decides, TightDecides}} {
		set(f[1], k.tight*float64(p.x[f[0]]))
	}
	for _, f := range [...][2]Feature{{Stops, SoloStops}, {Letters, SoloLetters}, {Central, SoloCentral}, {TitleShare, SoloTitle}} {
		set(f[1], k.solo*float64(p.x[f[0]]))
	}
	set(BriefDecides, k.brief*float64(p.x[Decides]))
	set(ChatAsking, k.chat()*float64(p.x[Asking]))
	set(ChatShort, k.chat()*truth(p.words < 8))
	set(ChatBare, k.chat()*truth(len(p.terms) < 3))
	set(ChatConcludes, k.chat()*float64(p.x[Concludes]))
	set(BriefNumber, k.brief*float64(p.x[Number]))
}

// measureTies fills in what follows from who answers whom.
func (g *Reading) measureTies() {
	chat := g.form.chat()
	for i := range g.asked {
		q := &g.asked[i]
		p := &g.parts[q.part]
		p.x[OpenAsk] = float32(truth(q.open))
		p.x[LateAsk] = p.x[OpenAsk] * p.x[Progress]
		p.x[ChatOpen] = p.x[OpenAsk] * float32(chat)
		for _, a := range q.answers {
			for _, j := range a.parts {
				g.parts[j].x[Tells] = 1
				g.parts[j].x[ChatTells] = float32(chat)
				g.parts[j].x[Promises] = float32(truth(a.pending))
			}
		}
	}
}

// shared is what a sentence has in common with the rest and with the title.
func (g *Reading) shared(p *part) (central, dense, share, ofTitle float64) {
	titled := 0
	for _, t := range p.terms {
		central += g.terms[t].weight
		dense += logShare(g.terms[t].parts-1, max(g.most-1, 1))
		if g.terms[t].title {
			titled++
		}
	}
	n := float64(max(len(p.terms), 1))
	return min(1, 4*central/g.ideal), dense / n, float64(titled) / float64(max(g.titled, 1)), float64(titled) / n
}

// surface reads the words themselves.
func (p *part) surface(names map[string]bool) {
	set := func(f Feature, v bool) { p.x[f] = float32(truth(v)) }
	text := p.text
	set(Mark, strings.HasSuffix(strings.TrimRight(text, " )\"“”!"), "?"))
	set(Number, strings.ContainsAny(text, "0123456789"))
	set(Link, strings.Contains(text, "://") || strings.Contains(text, "www."))
	set(Colon, strings.HasSuffix(text, ":"))
	set(Unended, !strings.ContainsAny(text[max(0, len(text)-4):], ".!?…"))
	set(Aside, p.aside)
	odd, letters, small := 0, 0, false
	for _, r := range text {
		if unicode.IsLetter(r) {
			if letters == 0 {
				small = unicode.IsLower(r)
			}
			letters++
		} else if r != ' ' {
			odd++
		}
	}
	set(Lower, small)
	p.x[Odd] = float32(min(1, 4*float64(odd)/float64(letters+odd+1)))
	n, stops, chatter, size := 0, 0, 0, 0
	lang.Scan(text, func(word []byte, _, _ int) {
		size += len(word)
		if lang.IsChatter(word) {
			chatter++
		} else if lang.IsStop(word) {
			stops++
		}
		c := cueOf(string(word))
		set := func(f Feature, v bool) {
			if v {
				p.x[f] = 1
			}
		}
		set(I, c&aboutMe != 0)
		set(We, c&aboutUs != 0)
		set(You, c&toYou != 0)
		set(When, c&ofTime != 0)
		set(Decides, c&decision != 0)
		set(Opines, c&opinion != 0)
		set(Corrects, c&correction != 0)
		set(Concludes, c&conclusion != 0)
		set(Backward, n == 0 && c&backward != 0)
		set(Addressed, names[string(word)])
		n++
	})
	all := float64(max(n, 1))
	p.x[Stops], p.x[Chatter] = float32(float64(stops)/all), float32(float64(chatter)/all)
	p.x[Letters] = float32(min(1, float64(size)/all/10))
	p.x[Commas] = float32(min(1, float64(strings.Count(text, ","))/4))
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// logShare is the logarithm of n, 1 for the n that is much.
func logShare(n, much int) float64 {
	return min(1, math.Log1p(float64(n))/math.Log1p(float64(much)))
}

// coverWeight is what a term weighs that so many sentences have.
func coverWeight(parts int) float64 {
	if parts < 2 {
		return 0.3
	}
	return math.Sqrt(float64(parts))
}
