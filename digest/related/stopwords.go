package related

// The words too common to tell two texts apart. They are written as people
// write them and folded when they are read in.
const (
	stopEN = `a about above after again against all also am an and any are aren't as at be because been before being below
		between both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each even ever every
		few for from further get gets got had has hasn't have haven't having he her here hers herself him himself his how however i
		if in into is isn't it its itself i'm i've just let like made make many may me might more most much must my myself new no nor
		not now of off on once one only or other others our ours out over own per said same say says she should so some still such
		than that the their theirs them themselves then there these they this those through to too two under until up upon us use
		used using very via was wasn't way we well were what when where whether which while who whom whose why will with within
		without won't would wouldn't yet you your yours you're`
	stopDE = `ab aber alle allem allen aller alles als also am an ander andere anderen anderer anderes auch auf aus bei beim bin bis
		bist da dabei dadurch dafür damit dann das dass daß dazu dein dem den denn der des dessen die dies diese diesem diesen dieser
		dieses doch dort du durch ein eine einem einen einer eines einfach er es etwa etwas euch euer für gegen gibt hat hatte hatten
		haben habe hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins ist ja jede jedem jeden jeder jedes
		jetzt kann kein keine keinen keiner können könnte künftig laut machen man mehr mein mich mir mit muss müssen nach nicht nichts
		noch nun nur ob oder ohne schon sehr sein seine seinem seinen seiner seit sich sie sind so soll sollen sollte sondern sowie
		über um und uns unser unter viel viele vom von vor war waren warum was weil weiter weitere welche welcher wenn wer werden wie
		wieder wir wird wo wurde wurden zu zum zur zwar zwei zwischen neue neuen neuer neues`
	stopNL = `aan al alle alleen alles als altijd andere ben bij binnen daar dan dat de der deze die dit doch doen door dus een eens
		en er ge geen geweest haar had heb hebben heeft hem het hier hij hoe hun iemand iets ik in is ja je jij jouw kan kon kunnen
		maar me meer men met mij mijn moet moeten na naar niet niets nieuw nieuwe nog nu of om omdat ondanks onder ons onze ook op
		over per reeds sinds steeds te tegen ten ter tot tussen twee u uit uw van veel via vaak voor want waren was wat we weer wel
		welke werd werden wie wij wil willen word worden wordt zal ze zei zelf zich zij zijn zo zoals zonder zou zouden`
	stopIT = `a abbia abbiamo ad agli ai al alla alle allo altri altro anche ancora avere aveva avevano ben c che chi ci ciò come con
		contro cosa così cui da dagli dai dal dalla dalle dallo degli dei del della delle dello dentro di dopo dove due e è ecco ed
		era erano essere fa fare fino fra fu gli ha hai hanno ho i il in infatti invece io l la le lei lo loro lui ma mai me mentre mi
		mia mio molti molto ne negli nei nel nella nelle nello noi non nostra nostro nuova nuove nuovi nuovo o ogni oggi oltre ora
		per perché però più poco poi prima proprio può qual quale quali quando quanto quella quelle quelli quello questa queste questi
		questo qui sarà se secondo sempre senza si sia siamo sono solo sotto stata state stati stato su sua sue sugli sui sul sulla
		sulle sullo suo suoi tra tre tutta tutte tutti tutto tu un una uno va verso vi voi`
	stopFR = `a à afin ai ainsi alors après au aucun aussi autre autres aux avait avant avec avez avoir avons beaucoup bien car ce ceci
		cela celle celles celui ces cet cette ceux chaque chez comme comment contre dans de depuis des deux doit donc dont du elle
		elles en encore entre est et été être eu eux faire fait faut fois font hors il ils je jusque la là le les leur leurs lors lui
		ma mais me même mes moi moins mon ne ni nos notre nous nouveau nouveaux nouvelle nouvelles on ont ou où par parce pas pendant
		peu peut peuvent plus plusieurs pour pourquoi près qu quand que quel quelle quelles quels qui quoi sa sans se selon sera ses
		si soit son sont sous sur ta te tes toi ton toujours tous tout toute toutes très trop tu un une va vers vos votre vous y`
	stopES = `a al algo algunas algunos ante antes aquí así aún aunque bajo bien cada casi como cómo con contra cual cuáles cuando cuándo
		de del desde donde dónde dos durante e el él ella ellas ellos en entre era eran es esa esas ese eso esos esta está estaba
		están estas este esto estos fue fueron gran ha había han hasta hay hace hacer hoy la las le les lo los más me mediante menos
		mi mientras mis mucho muchos muy nada ni no nos nosotros nuestra nuestro nueva nuevas nuevo nuevos o os otra otras otro otros
		para pero poco por porque pues puede pueden que qué quien quién quienes se sea según ser será si sí sido sin sino sobre son
		su sus también tan tanto te tener tiene tienen todo toda todas todos tras tu un una uno unos unas usted y ya yo`
	stopEL = `αλλά αν ανά από αυτά αυτές αυτή αυτήν αυτό αυτοί αυτός αυτού αυτούς αυτών για γιατί δε δεν δεύτερο δηλαδή δύο εάν έγινε
		εδώ είναι είχε είχαν εκεί ένα έναν ένας ενός ενώ επί επίσης έτσι έχει έχουν έως η ή ήδη ήταν θα ίδια ίδιο ίσως κάθε και καθώς
		κάποια κάποιο κάποιος κατά κάτι λόγω μα μας με μεταξύ μετά μέσα μέσω μη μην μια μία μιας μόνο μου μπορεί να νέα νέας νέες νέο
		νέοι νέος νέου νέων ο οι όλα όλες όλη όλο όλοι όλους όλων όμως όπου όπως όσο όσοι όταν ότι ούτε πάνω παρά περί περισσότερα πιο
		ποια ποιο ποιος πολλά πολλές πολύ που πού πρέπει πριν προς πρώτα πως πώς σαν σας σε στη στην στης στις στο στον στους στα στων
		συν σύμφωνα τα τη την της τι τις το τον του τους των τώρα υπό χωρίς ως ώστε`
)
