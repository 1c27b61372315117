package generate

import (
	"math"
	"math/rand/v2"
	"strconv"
)

// language is how people of one language write here. The texts are plain: nothing in them needs escaping in JSON.
type language struct {
	given, family []string
	asks, answers []string
}

var languages = []language{
	{
		given: []string{"Mara", "Jonas", "Ines", "Theo", "Nell", "Oskar"}, family: []string{"Voss", "Lind", "Okafor", "Marsh", "Tully", "Quill"},
		asks: []string{
			"Do you ship to Norway?", "Where is my order? It should have been here on Tuesday.", "Is the blue one still available in medium?",
			"Thanks!", "Can I change the delivery address of my order?", "I paid twice by accident, could you have a look please?",
			"How long does it take, and what does it cost? I would need it before the weekend if that is possible at all.",
		},
		answers: []string{"Yes, to all of Norway.", "I'll have a look.", "It left our house this morning.", "You are welcome!", "Done, you will get a mail in a minute."},
	},
	{
		given: []string{"Jörg", "Käthe", "Anneliese", "Uwe"}, family: []string{"Grünfels", "Süßmilch", "Öttel", "Brandwein"},
		asks:    []string{"Wann kommt meine Bestellung?", "Gibt es das auch in Größe 42?", "Vielen Dank für die schnelle Antwort!", "Kann ich den Artikel zurückschicken?"},
		answers: []string{"Ich schaue gleich nach.", "Ja, die Größe ist noch da.", "Gerne, das Etikett liegt im Paket."},
	},
	{
		given: []string{"Éloïse", "Gaspard", "Maëlys"}, family: []string{"Dufresnoy", "Lécuyer", "Montclar"},
		asks:    []string{"Bonjour, livrez-vous en Corse ?", "Ma commande est arrivée abîmée.", "Merci beaucoup, à bientôt !"},
		answers: []string{"Bonjour, oui, en trois jours.", "Désolés ! Nous en envoyons une autre.", "Avec plaisir."},
	},
	{
		given: []string{"Íñigo", "Belén", "Aitana"}, family: []string{"Peñalver", "Quirós", "Zúñiga"},
		asks:    []string{"¿Hacen envíos a Canarias?", "¿Qué cuesta el envío urgente?", "Muchas gracias 😊"},
		answers: []string{"Sí, en cinco días.", "Son doce euros.", "¡De nada!"},
	},
	{
		given: []string{"Łucja", "Zdzisław"}, family: []string{"Źródlak", "Święcka"},
		asks:    []string{"Czy mogę zwrócić buty?", "Dzień dobry, kiedy będzie paczka?"},
		answers: []string{"Tak, w ciągu 30 dni.", "Jutro do południa."},
	},
	{
		given: []string{"Çağla", "İlker"}, family: []string{"Gündüz", "Şenyurt"},
		asks:    []string{"Kargo ne zaman gelir?", "Bu ürün stokta var mı?"},
		answers: []string{"Yarın elinizde olur.", "Evet, var."},
	},
	{
		given: []string{"Ελπίδα", "Σταύρος"}, family: []string{"Μυλωνά", "Καλλίνης"},
		asks:    []string{"Καλημέρα, στέλνετε στην Κρήτη;", "Ευχαριστώ πολύ!"},
		answers: []string{"Ναι, σε δύο μέρες.", "Παρακαλώ!"},
	},
	{
		given: []string{"Мирослава", "Тихон"}, family: []string{"Лесная", "Горин"},
		asks:    []string{"Здравствуйте, есть ли доставка?", "Спасибо, всё пришло"},
		answers: []string{"Да, за три дня.", "Рады помочь!"},
	},
	{
		given: []string{"ليان", "سامر"}, family: []string{"النجار", "الوادي"},
		asks:    []string{"هل التوصيل متاح؟", "شكرا جزيلا"},
		answers: []string{"نعم، خلال يومين.", "على الرحب والسعة"},
	},
	{
		given: []string{"अनन्या", "विहान"}, family: []string{"वर्मानी", "जोशेकर"},
		asks:    []string{"क्या यह अभी मिल सकता है?", "धन्यवाद!"},
		answers: []string{"जी हाँ, कल तक।", "आपका स्वागत है"},
	},
	{
		given: []string{"ひなた", "蓮太"}, family: []string{"小川原", "森下谷"},
		asks:    []string{"送料はいくらですか?", "注文した商品がまだ届きません。", "ありがとうございます!"},
		answers: []string{"全国一律500円です。", "確認いたします。", "こちらこそ!"},
	},
	{
		given: []string{"思远", "若溪"}, family: []string{"欧阳", "慕容"},
		asks:    []string{"这个有货吗?", "什么时候发货?", "谢谢 👍🏽"},
		answers: []string{"有的,今天就发。", "明天上午。"},
	},
	{
		given: []string{"ธารา", "เมษา"}, family: []string{"แสงทอง", "ใจงาม"},
		asks:    []string{"ส่งของวันไหนคะ", "ขอบคุณค่ะ"},
		answers: []string{"พรุ่งนี้ค่ะ", "ยินดีค่ะ"},
	},
	{
		given: []string{"하늘", "도담"}, family: []string{"남궁", "선우"},
		asks:    []string{"배송은 얼마나 걸리나요?", "감사합니다 👩‍👩‍👧"},
		answers: []string{"이틀 걸립니다.", "네, 확인해 볼게요."},
	},
}

// languageOf draws a language; the first is the most frequent.
func languageOf(rng *rand.Rand) *language {
	return &languages[min(len(languages)-1, int(math.Abs(rng.NormFloat64())*float64(len(languages))/3))]
}

func pick(rng *rand.Rand, list []string) string { return list[rng.IntN(len(list))] }

// The most popular refs have names of their own; of the others a number tells them apart.
var popularRefs = []string{
	"pricing", "checkout", "spring-sale", "home", "contact-us", "faq/shipping", "returns", "newsletter", "summer-2026", "size-guide",
	"店铺", "product/blue-kettle", "qr-window", "outlet", "gift-cards",
}

// refs is how many different refs there may be in a history.
func (o Options) refs() int { return max(40, o.Conversations/50) }

// ref draws a ref: the n-th most popular is drawn about 1/n as often as the first.
func (o Options) ref(rng *rand.Rand) string {
	n := int(math.Pow(float64(o.refs()), rng.Float64())) - 1
	return Ref(n)
}

// Ref is the n-th most popular ref, from 0.
func Ref(n int) string {
	if n < len(popularRefs) {
		return popularRefs[n]
	}
	return "campaign-" + strconv.Itoa(n/7) + "/item-" + strconv.Itoa(n)
}

func digits(n uint64) string { return strconv.FormatUint(n, 10) }
