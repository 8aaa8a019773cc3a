package digest

// learnt are the weights that Extractive chooses by.
func learnt() *Weights { return ByHand() }

// ByHand are weights by judgement, from where learning starts.
func ByHand() *Weights {
	return &Weights{
		Always: 0.1, First: 0.6, Early: 0.3, Root: 0.1, RootFirst: 0.4, Length: 0.2, Short: -0.5, Long: -0.2,
		Central: 0.3, Dense: 0.2, TitleShare: 0.3, Asking: 0.3, Reply: 0.1, Replied: 0.5, Reacted: 0.4, Marked: 0.8,
		Number: 0.1, When: 0.1, Decides: 0.15, Backward: -0.15, Odd: -0.3, Colon: -0.3, Corrects: 0.1,
		Concludes: 0.4, Aside: -0.8, LateFounder: 0.2, OpenAsk: 0.2, LateAsk: 0.2, Tells: 0.2, Bare: -0.4, TightWords: -0.3,
		Gain: 0.8, Repeats: -0.6, SameNote: -0.4, SameVoice: -0.05, Next: 0.1,
	}
}
