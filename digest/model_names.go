package digest

import (
	"regexp"
	"strings"

	"buffet/lang"
)

var capitals = regexp.MustCompile(`\p{Lu}\p{L}+`)

// invents tells whether a line has a name that its sources lack. German writes
// every noun with a capital, and what may stand where a name does is one more
// often; a true line may well have a noun of its own. So only names that are
// known as such count.
func invents(text string, f *facts) bool {
	for _, w := range capitals.FindAllString(text, -1) {
		for _, t := range lang.Tokens(w) {
			if commonName.MatchString(t.Word) && !f.supports(t.Word) {
				return true
			}
		}
	}
	return false
}

// commonName knows the names that are made up most readily, but for those that
// mean something else, too.
var commonName = regexp.MustCompile(`^(?:` + strings.Join(strings.Fields(someNames), "|") + `)s?$`)

const someNames = `
	ahmed ahmet aisha albrecht alexander alexandra ali alina amelie amina anderson andrea andreas angela angelika anja anke anna anne annika antje anton
	arne astrid axel aylin ayse barbara beate benjamin bernd bernhard bettina bianca birgit bjoern brigitte carina carla carmen carsten charlotte
	christa christian christiane christina christine christoph clara claudia cornelia daniel daniela david davis dennis detlef dieter dirk dominik doris
	edith elena elias elif elisabeth elke ella emil emilia emily emma emre engelhardt erich erik esra eva fabian fatima fatma felix finn florian
	franziska frauke frieda friedrich fritz gabriele georg gerda gerhard gertrud gisela gudrun guenter hanna hannah hannes hans harald hartmann hartmut
	hasan hatice heike heiko heiner heinrich heinz helga helmut henning henrik herbert hermann hildegard hoffmann holger huber hubert hussein ibrahim
	ingeborg ingo ingrid isabel isabella jahn jakob james jana janina jansen jennifer jens jessica joachim joerg johanna johannes john johnson jonas
	jonathan jones josef joseph juergen julia julian jutta karen karin karl karla karsten katharina kathrin katja katrin kaya kerstin kevin kirsten
	klara klaus konrad kowalski krause kristina krueger kurt lara laura lea lehmann lena leon leonie linda linus lisa lorenz lothar louisa ludwig luisa
	lukas lutz maier maike manfred manuela marc marcel marco marcus maren margarete margit margot maria marianne marie mario marion markus
	marlene martha martin martina marvin mary mathias matthias maximilian mayer mehmed mehmet meier meike melanie melina merle meyer michael michaela
	miller miriam moeller mohamed mohammed monika moritz mueller murat mustafa nadine nadja natalie nathan nele neumann nguyen nicole niklas nils nina
	norbert nowak oezlem olaf oliver olivia oskar pascal patricia patrick paul paula peter peters petersen petra pfeiffer philipp pia pohl rainer ralf
	ramona rebecca regina reinhard renate renee richard rita robert roland rolf rosemarie rudolf ruediger ruth sabine sabrina samira sandra sara sarah
	sascha schmid schmidt schmitt schmitz scholz schroeder schubert schulte schultz schulz schulze schumacher sebastian selina sibylle siegfried sigrid
	silke silvia simon simone smith sonja sophia sophie stefan stefanie steffen stella stephan stephanie susan susanne sven svenja swantje sybille
	sylvia tanja tatjana taylor theo theresa thomas thompson thorsten tilman timo tobias torsten udo ulf uli ulrich ulrike ursula uschi uwe valentina
	vanessa vera verena viktor viktoria vogt volker wagner walter walther waltraud wegner werner wiebke wilhelm williams wilson winkler wolff wolfgang
	yasemin yasmin yildirim yilmaz yusuf zeynep`
