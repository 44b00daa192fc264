// Words beside digits that tell what the digits are. Beginnings of words, in the languages of the sites that people work on.

// "Tel. 912 345 678": what follows is a telephone number.
export const PHONE_WORDS = [
  "tel", "tél", "phone", "telephone", "fon", "call", "ring", "dial", "mobile", "mob", "cell", "fax", "text", "sms",
  "whatsapp", "signal", "hotline", "helpline", "freephone", "freecall", "toll-free", "toll free", "switchboard",
  "telefon", "telefax", "rückruf", "anruf", "handy", "mobil", "mobiltelefon", "rufnummer", "durchwahl", "zentrale",
  "téléphone", "portable", "appelez", "numéro vert", "standard",
  "teléfono", "móvil", "llame", "llamar", "telefono", "cellulare", "cell", "numero verde", "chiama",
  "telefoon", "mobiel", "bel", "växel", "telefone", "celular", "fone", "ligue", "telemóvel",
  "telefonu", "kom", "komórka", "puhelin", "電話", "携帯", "フリーダイヤル", "☎", "📞", "📱", "✆",
];

// "Order no. 020 7946 0123": what follows is none.
export const OTHER_WORDS = [
  "order", "invoice", "ref", "reference", "customer", "ticket", "case", "account", "acct", "a/c", "tracking",
  "parcel", "shipment", "consignment", "serial", "s/n", "part", "item", "article", "model", "sku", "build", "version",
  "firmware", "release", "revision", "id", "isbn", "issn", "ean", "upc", "gtin", "asin", "barcode", "iban", "bic", "swift",
  "vat", "utr", "ssn", "ein", "tin", "imei", "vin", "doi", "patent", "licence", "license", "policy", "contract",
  "reservation", "confirmation", "transaction", "receipt", "voucher", "coupon", "card", "pin", "zip", "postcode", "po",
  "p.o", "grid", "lat", "latitude", "long", "longitude", "coordinates", "timestamp", "time", "hash", "commit", "session",
  "loan", "claim", "block", "code", "stock", "meter", "batch", "lot", "membership", "member", "employee", "student", "passport", "registration", "reg", "file",
  "rechnung", "beleg", "auftrag", "bestell", "kunde", "aktenzeichen", "az", "sendung", "paket", "vertrag", "zähler", "artikel",
  "serien", "steuer", "ust", "konto", "blz", "bankleitzahl", "depot", "hrb", "hra", "handelsregister", "koordinaten",
  "einwohner", "plz", "vorgang", "referenz", "mitglied", "versicherung", "rentenversicherung", "ausweis", "buchung",
  "commande", "facture", "référence", "réf", "dossier", "colis", "siret", "siren", "tva", "rib", "compte", "contrat",
  "pedido", "albarán", "referencia", "expediente", "factura", "código", "cuenta", "nif", "cif", "dni", "precio",
  "ordine", "fattura", "codice", "conto", "partita iva", "pratica", "riferimento",
  "bestelling", "bestelnummer", "factuur", "klant", "rekening", "kvk", "zending",
  "zamówienie", "faktura", "nip", "regon", "pesel", "krs", "cena",
  "ordernummer", "personnummer", "org", "bankgiro", "plusgiro", "ocr", "ordre", "fakturanummer",
  "cpf", "cnpj", "cep", "protocolo",
];

// Behind the digits: an amount or a measure.
export const UNITS = [
  "€", "\\$", "£", "¥", "₹", "%", "‰", "°", "eur", "euros?", "usd", "gbp", "chf", "kr", "sek", "nok", "dkk", "zł", "pln",
  "dollars?", "pounds?", "bytes?", "[kmg]i?b", "ms", "s", "sec", "seconds?", "km", "cm", "mm", "kg", "hz", "pixels?", "px",
  "people", "inhabitants", "einwohner", "habitants", "stück", "pcs", "rows?", "items?", "views?", "users?", "times",
];
