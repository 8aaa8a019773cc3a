package lang

// titles stand before a name, in small letters and without their dot: what
// follows them is never a new sentence.
var titles = wordSet(`dr prof dipl ing med jur phil rer nat hr hrn fr frl st mr mrs ms mme messrs sr jr gen col capt rev hon gov sen rep lt sgt`)

// leading are abbreviations that something always follows.
var leading = wordSet(`ca bzw ggf evtl vgl inkl exkl zzgl abzgl vs nr ziff mind tel fax mob fig eq sec vol ed eds approx resp cf sog lt gem bspw usf
	insb insbes bes einschl ausschl spez zw d z u i s a v`)

// abbreviations are written with a dot that ends no sentence by itself.
var abbreviations = wordSet(`ca bzw ggf ggfs evtl evt vgl inkl exkl zzgl abzgl vs nr nrn art abs ziff max min mind mtl jährl tel fax mob str usw usf etc resp cf sog lt gem bspw
	insb insbes bes einschl ausschl spez zw std stdn sek stk stck mio mrd tsd eur verf hrsg aufl bd jh jhd jhdt geb gest verh gegr anm abb tab kap abt bearb betr bez dgl desgl
	ehem eig eigtl entspr erg exkl ff fam folg forts gebr ges gesch ggü grds hl jew jg kath ev kl lfd lfm mitgl möbl mwst nachm vorm nachf nördl südl östl westl od öffentl
	p.a ortsv pers pkt pl qm rd red ref reg s.o schr sen sept seps sing std sv teilw telef tgl u.a überarb übl umg unbek ung unverb urspr verb verm versch vertr vk vorl vors wg richtl verordn wö wöchentl
	zit zub zul zus zzt jan jän feb febr mär apr jun jul aug sep okt oct nov dez dec mo di mi do fr sa so mon tue tues wed thu thur thurs fri sat sun
	no nos fig figs eq eqs sec secs chap vol vols ed eds approx al est dept univ assn bros corp co inc ltd llc gmbh ave blvd rd apt ext dist attn misc orig avg incl excl min hr hrs yr yrs wk wks
	pp para esp ie eg viz ibid op cit pls plz pt pts lb lbs oz ft sq tsp tbsp`)

// starters begin sentences and are written with a capital nowhere else: after
// them the full stop before is one, whatever stands before it.
var starters = wordSet(`Der Die Das Dem Den Ein Eine Einen Einer Ich Du Er Wir Ihr Es Man Und Oder Aber Denn Doch Dann Danach Dabei Dafür Daher Deshalb Darum Da Dort Hier Heute
	Wenn Weil Falls Ob Als Wie Wo Wer Wann Was Warum Wieso Weshalb Wozu Welche Welcher Welches Bitte Danke Ja Nein Nicht Noch Nur Nun Jetzt Auch Also Außerdem Allerdings Leider Vielleicht
	Bei Mit Für Von Vom Zu Zum Zur Im In Am An Auf Aus Nach Seit Vor Über Unter Um Bis Ab Ohne Gibt Hat Haben Ist Sind War Waren Kann Können Könnt Könnte Kannst Sollen Soll Sollte Muss Müssen
	Diese Dieser Dieses Jede Jeder Jedes Alle Alles Mein Meine Dein Deine Sein Seine Unser Unsere Euer Eure Ihre Kein Keine Viele Vielen Sonst Zuerst Schreib Schreibt Meldet Weiß Hallo Liebe
	The This That These Those There Then They He She It We You I If When While Where Who What Why How Which And But Or So Because Since Although However Please Thanks Yes No Not
	My Your His Her Its Our Their A An In On At For From With Without To By Is Are Was Were Do Does Did Has Have Can Could Should Would Will May Maybe Also Let Any Some All Here Now`)
