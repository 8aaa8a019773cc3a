package lang

import "strings"

// stops are words that say little by themselves, of both languages, as Tokens
// writes them.
var stops = func() map[string]int {
	m := map[string]int{}
	for _, w := range strings.Fields(germanStops + englishStops) {
		m[w] = 1
	}
	for w := range asking {
		m[w] = 2
	}
	return m
}()

// asking maps question words to what they ask for.
var asking = func() map[string]int {
	m := map[string]int{}
	for i, words := range []string{
		"wann when", "wo wohin where", "wer wem wen who whom", "was what", "wie how", "warum wieso weshalb weswegen wozu why",
		"welche welcher welches welchen welchem which", "wessen whose", "woher", "womit wodurch", "wieviel wieviele",
	} {
		for _, w := range strings.Fields(words) {
			m[w] = i + 1
		}
	}
	return m
}()

const germanStops = `
aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes auch auf aus bei beim bin bis bist bitte
da dabei dadurch dafuer dagegen daher damit danach dann daran darauf daraus darf darin darueber darum das dass davon davor dazu dein
deine deinem deinen deiner dem den denn der deren des deshalb dessen desto die dies diese diesem diesen dieser dieses doch dort du durch
duerfen ein eine einem einen einer eines einige einigem einigen einiger einiges einmal er es etwa etwas euch euer eure eurem euren eurer
fuer gab geben gegen genau gewesen gibt ging habe haben hat hatte hatten hattest hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren
ihrer im in indem ins ist ja je jede jedem jeden jeder jedes jedoch jemand jene jenem jenen jener jenes jetzt kann kannst kein keine
keinem keinen keiner koennen koennt koennte koennten lassen machen macht man manche manchem manchen mancher mehr mein meine meinem
meinen meiner mich mir mit mittels moechte muss muessen musst nach nachdem nein nicht nichts noch nun nur ob oder oft ohne sehr sei seid
sein seine seinem seinen seiner seit sich sie sind so sobald sodass sogar solche solchem solchen solcher soll sollen sollte sollten
sondern sonst sowie ueber um und uns unser unsere unserem unseren unserer unter viel viele vielen vom von vor waehrend war waren warst
weil weiter wenn werde werden wird wirst wieder will wir wirklich wollen wollte worden wurde wurden wuerde wuerden zu zum zur zwar
zwischen mal eigentlich denn gerne gern halt eben
`

const englishStops = `
a about after again all also am an and any are aren as at be because been before being below between both but by can cannot could couldn
d did didn do does doesn doing don down during each either else ever few for from further get got had hadn has hasn have haven having he
her here hers herself him himself his i if in into is isn it its itself just let ll m may me might more most my myself no nor not now of
off on once only or other our ours out over own please re s same shall she should shouldn so some such t than that the their theirs them
themselves then there these they this those through to too under until up us ve very was wasn we were weren while will with won would
wouldn you your yours yourself
`

// IsChatter tells whether a Token's Word fills pauses or keeps a talk going,
// in either language: it says nothing about what the talk is about.
func IsChatter(word []byte) bool { return chatter[string(word)] }

var chatter = wordSet(`uh um uhm hm hmm mm mmm mhm ah oh eh huh yeah yep yes okay ok well right know think mean like really actually basically probably maybe sort kind thing things stuff lot bit
	gonna wanna going want got get go say said see look guess sure yea alright anyway cuz um sorry hello hi hey thank thanks good great nice something anything everything one two
	aeh aehm ja nein naja hallo moin danke gut super toll prima okay klar genau glaube finde denke meine irgendwie ding dinge sache sachen bisschen eigentlich vielleicht natuerlich quasi sozusagen liebe gruesse lg vg hi hey
	don doesn didn isn wasn aren won ve ll re`)
