package digest

// learnt are the weights that Extractive chooses by. This is how they were
// learnt, with the open sets in ../shared/data:
//
//	go run -tags goolm ./eval learn -words 90,110,330 -facts digest/testdata/threads \
//		../shared/data/convosumm-email.jsonl ../shared/data/qmsum.jsonl ../shared/data/klexikon.jsonl
//
// It is a ridge regression towards ByHand: which sentence, at each step of a
// summary, gains most for the words it takes. Of mail threads, meetings and
// articles ROUGE counts, of twenty chats which facts are told; replies,
// reactions and marks are only in the latter. It prints this table, and what
// weights learnt in the same way reach on talks that they were not learnt from.
func learnt() *Weights {
	return &Weights{
		Always: 2.59, First: 0.48, Second: 0.05, Early: 1.47, Last: 0.05, Root: 1.30,
		RootFirst: 1.00, Progress: -0.49, End: -0.16, Length: -0.48, Words: -0.58, Short: 0.13,
		Long: -0.43, Central: 0.18, Dense: 1.88, TitleShare: 2.12, OfTitle: 2.02, Mark: 0.13,
		Asking: 0.38, Reply: -1.04, Replied: 0.50, Reacted: 1.65, Marked: 0.65, Number: -0.18,
		When: 0.20, Link: -0.90, I: -0.75, We: -0.38, You: -0.29, Addressed: -0.15,
		Decides: 0.24, Opines: 0.19, Backward: 0.11, MessageLength: 0.26, Share: 0.41, Newcomer: -0.60,
		Unended: -1.42, Colon: 0.85, Odd: -1.84, Lower: -0.54, TightFirst: 0.03, TightWords: 0.49,
		TightCentral: 1.26, TightDense: 0.63, TightTitle: 0.17, SoloFirst: -0.97, SoloRoot: 0.79, SoloWords: 0.48,
		SoloProgress: -0.79, BriefWords: -0.20, BriefFirst: -2.05, Corrects: -0.15, Concludes: 0.40, Aside: -1.13,
		Founder: -1.38, LateFounder: 1.05, OpenAsk: 0.30, LateAsk: 0.59, Tells: 0.44, Promises: 0.68,
		Bare: -0.21, Stops: 2.76, Chatter: -0.36, Letters: -1.73, Commas: -0.35, TightStops: -0.06,
		TightChatter: -0.86, TightAsking: -1.18, TightLength: 0.10, TightDecides: -0.65, SoloStops: 0.38, SoloLetters: -0.92,
		SoloCentral: 0.32, SoloTitle: -1.76, BriefDecides: -0.23, BriefNumber: 0.82, ChatAsking: 1.34, ChatTells: -0.19,
		ChatOpen: 1.34, ChatConcludes: 0.37, ChatShort: 0.33, ChatBare: -0.77, Gain: 1.03, Repeats: -0.48,
		SameVoice: -1.18, SameNote: -0.63, Next: 0.13, Full: 0.78, TightGain: 1.57, SoloGain: 0.16,
		BriefGain: -0.40,
	}
}

// ByHand are weights by judgement: where learning starts, and what a single
// message is shortened by.
func ByHand() *Weights {
	return &Weights{
		Always: 0.1, First: 0.6, Early: 0.3, Root: 0.1, RootFirst: 0.4, Length: 0.2, Short: -0.5, Long: -0.2,
		Central: 0.3, Dense: 0.2, TitleShare: 0.3, Asking: 0.3, Reply: 0.1, Replied: 0.5, Reacted: 0.4, Marked: 0.8,
		Number: 0.1, When: 0.1, Decides: 0.15, Backward: -0.15, Odd: -0.3, Colon: -0.3, Corrects: 0.1,
		Concludes: 0.4, Aside: -0.8, LateFounder: 0.2, OpenAsk: 0.2, LateAsk: 0.2, Tells: 0.2, ChatAsking: 0.6, ChatTells: 0.3, ChatOpen: 0.3, ChatConcludes: 0.3, ChatShort: -0.4, ChatBare: -0.4, Bare: -0.4, TightWords: -0.3,
		Gain: 0.8, Repeats: -0.6, SameNote: -0.4, SameVoice: -0.05, Next: 0.1,
	}
}
