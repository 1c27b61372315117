package rehearsal

// part is one invented person with their lines. Lines are used in their order; when they run out the person goes on
// with the phrases of their language.
type part struct {
	first, last string // both empty: a visitor who gives no name
	name        string // the whole name where it is not first and last, in that order
	lang        string
	ref         string
	path        string // of the site's page they write from; people of the Page have none
	ad          string // the ad they came by, if they did
	opening     []string
	asked       []string // what they answer a question with
	told        []string // what they say to anything else
	later       []string // what comes to their mind unasked
	photo       *photo   // sent with the first of that; nil for none
}

// visitors write from the shop's website.
var visitors = []part{
	{
		first: "Mara", last: "Voss", lang: "en", ref: "pricing", path: "/pricing",
		opening: []string{"Do you ship to Norway?"},
		asked:   []string{"To Bergen, 5003. Fourth floor and no lift, sorry in advance 😅", "The Trail 3 in moss green, size M."},
		told:    []string{"Oh good. And how long does it take, roughly?", "Is customs in that price, or does it come on top?", "Perfect, then I'll order tonight. Takk! 🚲"},
		later:   []string{"It would be two bikes, if that changes the shipping.", "I found the list with the other countries, but Norway isn't on it."},
		photo:   &photo{"trail-3.png", bicycle(green)},
	},
	{
		first: "Tobias", last: "Kern", lang: "de", ref: "checkout", path: "/basket",
		opening: []string{"Moin! An der Kasse wird mein Gutschein RADELN15 nicht angenommen.", "Steht „ungültig“ dran, gilt aber laut Mail bis Sonntag."},
		asked:   []string{"Ein Stadtrad und ein Schloss, zusammen 1.148 €.", "Ja, gerade noch mal versucht, gleiche Meldung."},
		told:    []string{"Ah, jetzt geht es! Muss ich für das Schloss extra bestellen?", "Super, dann schließe ich die Bestellung ab.", "Bestellt. Vielen Dank für die schnelle Hilfe! 👍"},
		later:   []string{"Der Warenkorb liegt noch da, ich warte mit dem Bezahlen."},
	},
	{
		lang: "en", ref: "pricing", path: "/pricing",
		opening: []string{"hi, is the price for the cargo bike with or without the battery"},
		asked:   []string{"two kids and a very large dog", "about 12 km a day, mostly flat"},
		told:    []string{"ok that's fair. can I add the second battery later?", "hm. and leasing through work, do you do that?", "nice, I'll show my boss 🙂"},
		later:   []string{"also is there a rain cover in it or extra"},
	},
	{
		first: "Beatriz", last: "Amaral", lang: "pt", ref: "spring-sale", path: "/sale",
		opening: []string{"Bom dia! A promoção de primavera também vale para as bicicletas de criança?", "É para a minha filha, faz 6 anos em maio 🎂"},
		asked:   []string{"Ela tem 1,15 m. Será a roda 20?", "Azul, se ainda houver. Senão, amarela."},
		told:    []string{"Que bom! Conseguem entregar antes do dia 12?", "E a campainha em forma de joaninha, vem incluída?", "Maravilha, vou encomendar já. Obrigada! 💛"},
		later:   []string{"Ah, e precisava também de um capacete a condizer."},
	},
	{
		first: "Nadia", last: "Haddad", lang: "ar", ref: "checkout", path: "/basket",
		opening: []string{"مرحباً، هل يمكنني الدفع عند الاستلام؟"},
		asked:   []string{"الطلب رقم 4471، دراجة المدينة باللون الأزرق.", "نعم، إلى نفس العنوان من فضلك."},
		told:    []string{"ممتاز، وكم يوماً يستغرق التوصيل؟", "حسناً، سأدفع بالبطاقة إذن.", "شكراً جزيلاً لكم 🌷"},
		later:   []string{"وهل تصل الدراجة مركّبة أم أركّبها بنفسي؟"},
	},
	{
		lang: "en", ref: "checkout", path: "/basket/payment",
		opening: []string{"payment page just spins 🌀", "tried two cards now. please don't have charged me twice"},
		asked:   []string{"Firefox on my phone", "ends in 4410, but it hasn't shown up at the bank yet"},
		told:    []string{"okay phew", "yes! went through this time", "you people are quick, thanks"},
		later:   []string{"still spinning"},
		photo:   &photo{"Screenshot 2.png", screen},
	},
	{
		first: "Élodie", last: "Garnier", lang: "fr", ref: "pricing", path: "/pricing/family",
		opening: []string{"Bonjour, le prix famille, c'est à partir de combien de vélos ?"},
		asked:   []string{"Deux adultes et un enfant de 9 ans.", "Plutôt pour la ville, et les chemins au bord du canal le dimanche."},
		told:    []string{"Ah, c'est mieux que ce que je pensais. On peut les essayer avant ?", "Samedi, alors ! Vous êtes ouverts jusqu'à quelle heure ?", "Parfait, à samedi. Merci beaucoup !"},
		later:   []string{"Et pour le siège enfant, il se monte sur n'importe quel modèle ?"},
	},
	{
		first: "Yuto", last: "Hayashi", name: "林 悠斗", lang: "ja", ref: "returns", path: "/help/returns",
		opening: []string{"こんにちは。先週届いたヘルメットのサイズが合わないのですが、交換できますか？"},
		asked:   []string{"注文番号は 20931 です。Sサイズを注文しました。", "Mサイズの白でお願いします。"},
		told:    []string{"ありがとうございます。送料はどちらの負担になりますか？", "承知しました。明日発送します。", "助かりました。ありがとうございました🙇"},
		later:   []string{"箱はもう捨ててしまったのですが、大丈夫でしょうか。"},
	},
	{
		lang: "de", ref: "workshop", path: "/werkstatt",
		opening: []string{"Hallo, wie lange muss man gerade auf einen Termin in der Werkstatt warten?"},
		asked:   []string{"Hinterradbremse schleift, und der dritte Gang springt raus.", "Ein Lumen Stadt von 2021."},
		told:    []string{"Freitag früh würde mir passen, so gegen acht.", "Brauche ich irgendwas Schriftliches?", "Alles klar, bis Freitag!"},
		later:   []string{"Zur Not kann ich es auch abends in den Hof stellen."},
	},
	{
		first: "Priscilla", last: "Obi", lang: "en", ref: "test-ride", path: "/test-ride",
		opening: []string{"Hello! Can I book a test ride for two people at the same time? My husband says he doesn't need a new bike and I would like him to find out that he does."},
		asked:   []string{"Saturday before noon would be best.", "I'm 164, he's 191. He'll want something fast, I want something that forgives."},
		told:    []string{"Wonderful. Do we need to bring helmets?", "Brilliant, put us down please. Priscilla and Emeka.", "See you then. He suspects nothing 🤫"},
		later:   []string{"And is there somewhere for coffee nearby? We may need to negotiate afterwards."},
	},
	{
		first: "Lars", last: "Brandvold", lang: "en", ref: "spring-sale", path: "/sale",
		opening: []string{"Is the spring sale price on the Fjord 2 a mistake? It says 40% off."},
		asked:   []string{"Size L, if there is one left.", "No no, I'm very happy with it, I just don't trust it 😄"},
		told:    []string{"Okay, taking one before you change your mind.", "Does the two-year service come with sale bikes as well?", "Done. Order 55120. Pleasure doing business."},
		later:   []string{"The counter on the page says 2 left. Now it says 1. I'm sweating."},
		photo:   &photo{"fjord-2.png", bicycle(blue)},
	},
	{
		lang: "pt", ref: "checkout", path: "/basket",
		opening: []string{"Olá, o frete para os Açores está a dar 0 €. É mesmo grátis?"},
		asked:   []string{"Ponta Delgada, 9500.", "Só um selim e duas câmaras de ar."},
		told:    []string{"Então vou aproveitar 😄", "Obrigado pela honestidade!", "Feito. Até à próxima!"},
		later:   []string{"Estou com a página aberta, ainda não paguei."},
	},
	{
		first: "Giulia", last: "Sartori", lang: "it", ref: "cargo-bike", path: "/cargo",
		opening: []string{"Buongiorno! La cargo entra in un ascensore da 90 cm?"},
		asked:   []string{"Profondo 1,30 m, più o meno. L'ho misurato con una baguette.", "Due bimbe, 3 e 5 anni."},
		told:    []string{"Ah, allora la versione corta. Che differenza di prezzo c'è?", "Posso vederla dal vivo da qualche parte?", "Perfetto, passo giovedì. Grazie mille!"},
		later:   []string{"In alternativa la lascerei in cortile: c'è un antifurto adatto?"},
	},
	{
		first: "Sanne", last: "de Wit", lang: "nl", ref: "workshop", path: "/workshop",
		opening: []string{"Hoi! Mijn ketting maakt een geluid alsof er een eend in zit 🦆", "Is dat iets voor de werkplaats of kan ik het zelf?"},
		asked:   []string{"Alleen als ik hard trap. Bergop dus, voor zover dat hier bestaat.", "Ongeveer 4.000 km, nooit vervangen."},
		told:    []string{"Duidelijk, dan kom ik langs. Kan het terwijl ik wacht?", "Wat kost zo'n ketting eigenlijk?", "Top, tot morgen! De eend gaat mee."},
		later:   []string{"Ik heb het opgenomen, maar je hoort vooral de wind."},
	},
	{
		lang: "ja", ref: "pricing", path: "/pricing",
		opening: []string{"電動自転車のバッテリーは別売りですか？"},
		asked:   []string{"通勤で片道8キロくらいです。", "坂が多いです。"},
		told:    []string{"なるほど、それなら大きい方にします。", "保証は何年ですか？", "わかりました、検討します。"},
		later:   []string{"分割払いもできますか？"},
	},
	{
		first: "Karima", last: "Benali", lang: "fr", ref: "returns", path: "/help/returns",
		opening: []string{"Bonjour, j'ai reçu une selle noire au lieu de la marron 😕"},
		asked:   []string{"Commande 31877, reçue hier.", "Je préfère l'échange, pas le remboursement."},
		told:    []string{"Merci. Je la renvoie dans le même carton ?", "Très bien, j'attends l'étiquette par mail.", "Super réactifs, merci !"},
		later:   []string{"La noire n'est pas mal non plus, mais j'ai des goûts précis."},
		photo:   &photo{"selle.png", saddle},
	},
	{
		first: "Óscar", last: "Belmonte", lang: "es", ref: "spring-sale", path: "/sale",
		opening: []string{"Buenas, ¿la oferta de primavera se puede combinar con el descuento de estudiante?"},
		asked:   []string{"Estudio en Valencia, tengo carné hasta junio.", "La urbana de 8 velocidades, en talla M."},
		told:    []string{"Vale, me quedo con la oferta entonces.", "¿Y la puedo recoger en tienda?", "¡Genial, muchas gracias! 🙌"},
		later:   []string{"Si la reservo hoy, ¿me la guardáis hasta el viernes?"},
	},
	{
		lang: "en", ref: "cargo-bike", path: "/cargo",
		opening: []string{"what's the widest thing anyone has carried in the front box", "asking for a cello"},
		asked:   []string{"4/4, hard case, 132 cm long", "the cello is called Gerald"},
		told:    []string{"amazing. is there a strap or do I hug it", "ok and does the box close or does Gerald get wet", "sold. Gerald says thank you 🎻"},
		later:   []string{"there is also a double bass in the family but one thing at a time"},
	},
	{
		first: "Hanna", last: "Sjöberg", lang: "sv", ref: "test-ride", path: "/test-ride",
		opening: []string{"Hej! Får man ta med hunden på provturen?"},
		asked:   []string{"En tax. Han heter Korven.", "På lördag, någon gång efter elva."},
		told:    []string{"Härligt! Har ni en korg som passar?", "Då bokar vi det. Vi kommer två personer och en korv.", "Tack så mycket, vi ses! 🐕"},
		later:   []string{"Han är lugn så länge ingen öppnar en smörgås."},
	},
}

// people wrote to the shop's Page: by an m.me link, or by an ad where one is named.
var people = []part{
	{
		first: "Jonas", last: "Lind", lang: "sv", ref: "spring-sale",
		opening: []string{"Hej! Jag såg er länk i nyhetsbrevet. Gäller rean även reservdelar?"},
		asked:   []string{"Bromsklossar och en ny kassett, 11-34.", "Till Uppsala, tack."},
		told:    []string{"Toppen! När kan den vara framme?", "Bra, då lägger jag en beställning i kväll.", "Tack för hjälpen! 🙏"},
		later:   []string{"Har ni dem i lager eller måste de beställas hem?"},
	},
	{
		first: "Ana", last: "Reis", lang: "pt", ref: "shop-window",
		opening: []string{"Oi! Vi a bicicleta vermelha na vitrine ontem à noite e não consigo parar de pensar nela ❤️", "Ela está à venda ou é só decoração?"},
		asked:   []string{"A que tem o cesto de vime na frente!", "Eu tenho 1,68 m."},
		told:    []string{"Não acredito, que alegria. Pode reservar para mim?", "Passo aí amanhã depois do trabalho, umas 18h.", "Muito obrigada! Já tenho até nome para ela."},
		later:   []string{"O cesto vem junto? Diga que sim 🙏"},
		photo:   &photo{"vitrine.png", bicycle(red)},
	},
	{
		first: "Omar", last: "Farouk", name: "عمر فاروق", lang: "ar", ref: "test-ride",
		opening: []string{"السلام عليكم، أريد حجز تجربة قيادة يوم السبت إن أمكن."},
		asked:   []string{"الساعة العاشرة صباحاً تناسبني.", "طولي 180 سم."},
		told:    []string{"رائع، هل أحتاج إلى إحضار خوذة؟", "تمام، سأكون هناك في الموعد.", "شكراً، إلى اللقاء 👋"},
		later:   []string{"وهل يمكن لابني أن يجرّب دراجة أيضاً؟ عمره تسع سنوات."},
	},
	{
		first: "Greta", last: "Holm", lang: "en", ref: "newsletter",
		opening: []string{"Your newsletter says \"reply to this message to join the Sunday ride\". So: hello, I would like to join the Sunday ride!"},
		asked:   []string{"Comfortably 40 km. Uncomfortably 60.", "No allergies, but strong opinions about cake."},
		told:    []string{"Lovely, where do we meet?", "And if it rains?", "Then see you on Sunday 🌦️"},
		later:   []string{"May I bring a friend who is much faster than me?"},
	},
	{
		first: "Kenji", last: "Morita", name: "森田 健二", lang: "ja", ref: "workshop",
		opening: []string{"パンク修理は予約なしでもできますか？", "今、駅の近くにいます🚉"},
		asked:   []string{"後輪です。釘を踏んだみたいで…", "15分くらいで行けます。"},
		told:    []string{"助かります！今から向かいます。", "料金はどのくらいでしょうか？", "了解です。ありがとうございます！"},
		later:   []string{"押して歩いているので、少し遅れるかもしれません。"},
	},
	{
		first: "Femke", last: "Bos", lang: "nl", ref: "spring-sale",
		opening: []string{"Goedemiddag, is de groene Trail uit de actie nog in maat S leverbaar?"},
		asked:   []string{"Ophalen in de winkel is prima.", "Ja, mijn oude fiets mag ingeruild worden. Hij is… karaktervol."},
		told:    []string{"Fijn! Hoe lang houden jullie hem vast?", "Dan kom ik zaterdag langs.", "Dank je wel!"},
		later:   []string{"En zit er een standaard op, of is dat extra?"},
	},
	{
		first: "Daniel", last: "Ekwueme", lang: "en", ref: "cargo-bike", ad: "6120000000711",
		opening: []string{"Saw your ad with the kid asleep in the cargo bike. Does yours come with the sleeping kid function or is that extra?"},
		asked:   []string{"Twins, 20 months. Neither has the function.", "Lisbon, so: hills. All of the hills."},
		told:    []string{"Ha. And seriously, what's the range with both of them and groceries?", "That works. Could we try it on an actual hill?", "Booked in my head. Talk to the boss, back soon."},
		later:   []string{"How loud is the motor? Again: twins."},
	},
	{
		first: "Ingrid", last: "Thalberg", lang: "de", ref: "e-bike", ad: "6120000000711",
		opening: []string{"Guten Tag, in Ihrer Anzeige steht „ab 1.899 €“. Was kostet das E-Bike mit Tiefeinstieg wirklich?"},
		asked:   []string{"Ich bin 72 und fahre jeden Tag zum Markt.", "Lieber mit Rücktritt, wenn es das noch gibt."},
		told:    []string{"Danke, das ist ehrlich. Kann man das bei Ihnen auch probefahren?", "Dienstag um zehn passt mir gut.", "Sehr freundlich. Bis Dienstag!"},
		later:   []string{"Und nehmen Sie mein altes Rad in Zahlung? Es ist ein sehr treues."},
	},
	{
		first: "Marisol", last: "Quiroga", lang: "es", ref: "city-bike", ad: "6120000000722",
		opening: []string{"¡Hola! ¿La bici del anuncio viene en otro color que no sea beige? 😅"},
		asked:   []string{"Verde botella sería un sueño.", "Mido 1,60."},
		told:    []string{"¡Ay, qué bien! ¿Y tardaría mucho en llegar?", "Perfecto, ¿puedo pagar a plazos?", "Me la quedo. ¡Gracias! 💚"},
		later:   []string{"¿Y el timbre ese dorado va incluido?"},
	},
	{
		first: "Paolo", last: "Marchetti", lang: "it", ref: "gravel", ad: "6120000000722",
		opening: []string{"Ciao, la gravel della pubblicità monta copertoni da 45?", "Chiedo perché ho visto la foto col fango e mi sono emozionato."},
		asked:   []string{"Soprattutto sterrato, un po' di asfalto per arrivarci.", "Taglia 56, credo."},
		told:    []string{"Ottimo. E i parafanghi, ci sono i fori?", "Allora ci penso stanotte. Cioè no: la prendo.", "Grazie, siete stati gentilissimi!"},
		later:   []string{"Il peso reale qual è? Quello vero, non quello del catalogo."},
	},
	{
		first: "Ewa", last: "Zielińska", lang: "pl", ref: "e-bike", ad: "6120000000733",
		opening: []string{"Dzień dobry, czy rower z reklamy można kupić w ratach?"},
		asked:   []string{"Najlepiej na 12 miesięcy.", "Kraków, kod 30-001."},
		told:    []string{"Świetnie, a jaki jest czas dostawy?", "Dobrze, to poproszę o link do zamówienia.", "Dziękuję za pomoc! 😊"},
		later:   []string{"A serwis gwarancyjny jest gdzieś w pobliżu?"},
	},
}
