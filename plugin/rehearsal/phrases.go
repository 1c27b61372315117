package rehearsal

// phrases are what anybody of a language may say when their own lines have run out.
type phrases struct {
	asked []string // to a question
	told  []string // to anything else
	nudge []string // unasked, when nobody has answered for a while
}

// phrasebook has an entry for every language of the cast.
var phrasebook = map[string]phrases{
	"en": {
		asked: []string{"Good question. Yes, I think so.", "Whatever you'd recommend, really.", "No, that's fine as it is.", "Let me check and come back to you. Actually: yes."},
		told:  []string{"Perfect, thank you!", "Ah, that makes sense.", "Great, that's all I needed 🙂", "Good to know, thanks.", "👍", "You've been very helpful."},
		nudge: []string{"No rush, just checking whether this got through.", "Still here when you have a minute 🙂", "Hello again!"},
	},
	"de": {
		asked: []string{"Ja, genau.", "Nein, so passt es schon.", "Da verlasse ich mich ganz auf Sie.", "Gute Frage – ich denke, ja."},
		told:  []string{"Alles klar, danke!", "Das hilft mir sehr weiter.", "Wunderbar 👍", "Gut zu wissen.", "Vielen Dank für die Mühe!"},
		nudge: []string{"Keine Eile, ich wollte nur kurz nachfragen.", "Ich wäre noch da 🙂"},
	},
	"pt": {
		asked: []string{"Sim, isso mesmo.", "Não, assim está ótimo.", "Confio no vosso conselho!", "Acho que sim."},
		told:  []string{"Perfeito, obrigada!", "Ah, faz sentido.", "Que bom 😊", "Ótimo, era só isso.", "Vocês são muito simpáticos."},
		nudge: []string{"Sem pressa, só queria saber se a mensagem chegou.", "Ainda estou por aqui 🙂"},
	},
	"ja": {
		asked: []string{"はい、そうです。", "いいえ、それで大丈夫です。", "おすすめの方でお願いします。"},
		told:  []string{"ありがとうございます！", "よくわかりました。", "助かります😊", "了解しました。"},
		nudge: []string{"お手すきの際にご返信いただけると嬉しいです。", "まだおります。よろしくお願いします。"},
	},
	"ar": {
		asked: []string{"نعم، بالضبط.", "لا، هكذا مناسب.", "كما تنصحون أنتم."},
		told:  []string{"شكراً جزيلاً!", "هذا واضح، شكراً.", "ممتاز 👍", "كل الشكر على المساعدة."},
		nudge: []string{"لا داعي للعجلة، أردت فقط التأكد من وصول رسالتي.", "ما زلت هنا 🙂"},
	},
	"fr": {
		asked: []string{"Oui, tout à fait.", "Non, c'est très bien comme ça.", "Je vous fais confiance.", "Bonne question… je dirais oui."},
		told:  []string{"Parfait, merci !", "D'accord, je comprends mieux.", "Super 👍", "C'est noté, merci."},
		nudge: []string{"Rien d'urgent, je voulais juste savoir si mon message est bien arrivé.", "Je suis toujours là 🙂"},
	},
	"es": {
		asked: []string{"Sí, eso es.", "No, así está bien.", "Lo que os parezca mejor.", "Creo que sí."},
		told:  []string{"¡Perfecto, gracias!", "Ah, ya entiendo.", "Genial 👍", "Bueno saberlo."},
		nudge: []string{"Sin prisa, solo quería saber si llegó mi mensaje.", "Por aquí sigo 🙂"},
	},
	"it": {
		asked: []string{"Sì, esatto.", "No, va bene così.", "Mi fido di voi.", "Direi di sì."},
		told:  []string{"Perfetto, grazie!", "Ah, chiaro.", "Ottimo 👍", "Buono a sapersi."},
		nudge: []string{"Nessuna fretta, volevo solo sapere se il messaggio è arrivato.", "Io sono ancora qui 🙂"},
	},
	"nl": {
		asked: []string{"Ja, precies.", "Nee, zo is het prima.", "Wat jullie aanraden.", "Ik denk het wel."},
		told:  []string{"Perfect, dank je!", "Ah, op die manier.", "Top 👍", "Goed om te weten."},
		nudge: []string{"Geen haast hoor, ik vroeg me alleen af of dit was aangekomen.", "Ik ben er nog 🙂"},
	},
	"sv": {
		asked: []string{"Ja, precis.", "Nej, det är bra så.", "Det ni rekommenderar.", "Jag tror det."},
		told:  []string{"Perfekt, tack!", "Aha, då förstår jag.", "Toppen 👍", "Bra att veta."},
		nudge: []string{"Ingen brådska, ville bara se om det kom fram.", "Jag är kvar här 🙂"},
	},
	"pl": {
		asked: []string{"Tak, dokładnie.", "Nie, tak jest dobrze.", "Zdaję się na Państwa.", "Chyba tak."},
		told:  []string{"Świetnie, dziękuję!", "Rozumiem.", "Super 👍", "Dobrze wiedzieć."},
		nudge: []string{"Nie ma pośpiechu, chciałam tylko sprawdzić, czy wiadomość dotarła.", "Nadal tu jestem 🙂"},
	},
}
