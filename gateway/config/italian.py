"""The problems of a site file in Italian."""

from gateway.config.phrasebook import Phrasebook

PHRASES = {
    # What is read in its form
    "expected one value, found {kind}": "serve un solo valore, trovato: {kind}",
    "expected a number or text, found {kind}": "serve un numero o un testo, trovato: {kind}",
    "expected a mapping, found {kind}": "servono righe 'chiave: valore', trovato: {kind}",
    "expected a list, found {kind}": "serve un elenco, trovato: {kind}",
    "a mapping": "righe 'chiave: valore'",
    "a list": "un elenco",
    "a single value": "un solo valore",
    "write one value here": "scrivi qui un solo valore",
    "the list is empty": "l'elenco è vuoto",
    "write at least one value": "scrivi almeno un valore",
    "add at least one item, or remove the key": "aggiungi almeno una voce, o togli la chiave",
    "write 'key: value' lines": "scrivi righe 'chiave: valore'",
    "write 'key: value' lines with: {names}": "scrivi righe 'chiave: valore' con: {names}",
    "start each item with '- '": "comincia ogni voce con '- '",
    "'{name}' is missing": "manca '{name}'",
    "add a line '{name}: …' here": "aggiungi qui una riga '{name}: …'",
    "unknown key '{key}'": "chiave sconosciuta '{key}'",
    "value missing": "manca il valore",
    "write a text": "scrivi un testo",
    "'{value}' is neither true nor false": "'{value}' non è né true né false",
    "write true or false": "scrivi true o false",
    "'{value}' is not a number": "'{value}' non è un numero",
    "write a number, decimal or hexadecimal (0x34)": "scrivi un numero, decimale o esadecimale (0x34)",
    "'{value}' is not a whole number": "'{value}' non è un numero intero",
    "write a whole number": "scrivi un numero intero",
    "{value} is out of range": "{value} è fuori dai limiti",
    "write a number from {low} to {high}": "scrivi un numero da {low} a {high}",
    "'{value}' is not a valid value": "'{value}' non è un valore ammesso",
    "write {choice}": "scrivi {choice}",
    "did you mean {name}?": "forse intendevi {name}?",
    "did you mean {name} or {other}?": "forse intendevi {name} o {other}?",
    "write one of: {names}": "scrivi uno tra: {names}",
    "remove it": "toglila",
    "remove one of the two": "togli una delle due",
    "{most} problems, and perhaps more": "{most} problemi, e forse altri",
    "correct these first": "correggi prima questi",
    # YAML
    "not YAML: {why}": "non è YAML: {why}",
    "not YAML: undefined alias '{name}'": "non è YAML: l'alias '{name}' non è definito",
    "not YAML: another document begins": "non è YAML: comincia un altro documento",
    "write one document per file: remove '---'": "scrivi un solo documento per file: togli '---'",
    "define the anchor before the alias, or quote a value that starts with '*'": (
        "definisci l'ancora prima dell'alias, o metti tra virgolette un valore che comincia con '*'"
    ),
    "check quotes, brackets and indentation here and on the line above": (
        "controlla virgolette, parentesi e rientri qui e nella riga sopra"
    ),
    "indent with spaces, not tabs": "rientra con spazi, non con tabulazioni",
    "quote values that contain ': ', and check the indentation of this line": (
        "metti tra virgolette i valori che contengono ': ', e controlla il rientro di questa riga"
    ),
    "mapping values are not allowed here": "qui non è ammesso un altro 'chiave: valore'",
    "the file is larger than 4 MB": "il file supera 4 MB",
    "split the site": "dividi il sito",
    "the file contains a %TAG directive": "il file contiene una direttiva %TAG",
    "remove the line": "togli la riga",
    "the file contains more than {most} keys and values, with those that aliases repeat": (
        "il file contiene più di {most} chiavi e valori, contando quelli ripetuti dagli alias"
    ),
    "split it, or write fewer aliases": "dividilo, o usa meno alias",
    "save the file as UTF-8 text": "salva il file come testo UTF-8",
    "nested too deeply, or within itself": "troppi livelli, o contiene se stesso",
    "write out the values": "scrivi i valori per esteso",
    "a key must be a single value": "una chiave deve essere un solo valore",
    "write 'key: value'": "scrivi 'chiave: valore'",
    "duplicate key '{key}', first on line {line}": "chiave doppia '{key}', la prima è alla riga {line}",
    # Single values
    "'{text}' is not {kind}": "'{text}' non è {kind}",
    "a duration": "una durata",
    "a size": "una dimensione",
    "a name": "un nome",
    "a number": "un numero",
    "a whole number": "un numero intero",
    "a host and port": "un host con porta",
    "the name of a host": "il nome di un host",
    "a time of the day": "un'ora del giorno",
    "a valid name in topics (a-z, 0-9 and '-', at most 63 characters)": (
        "un nome valido nei topic (a-z, 0-9 e '-', al massimo 63 caratteri)"
    ),
    "a valid name (a-z, 0-9 and '_')": "un nome valido (a-z, 0-9 e '_')",
    "a valid value of a tag": "un valore valido per un tag",
    "write a number with a unit: 500ms, 10s, 15min, 1h or 1d": "scrivi un numero con l'unità: 500ms, 10s, 15min, 1h o 1d",
    "write a number with a unit: 64MiB or 2GiB": "scrivi un numero con l'unità: 64MiB o 2GiB",
    "write '{better}'": "scrivi '{better}'",
    "write lower-case letters, digits and '-'": "scrivi lettere minuscole, cifre e '-'",
    "start with a letter, and use only a-z, 0-9 and '_'": "comincia con una lettera, e usa solo a-z, 0-9 e '_'",
    "write 1 to 128 characters without tabs, line breaks, control characters and '\\'": (
        "scrivi da 1 a 128 caratteri senza tabulazioni, a capo, caratteri di controllo e '\\'"
    ),
    'write for example "{example}"': 'scrivi per esempio "{example}"',
    "write for example {example}": "scrivi per esempio {example}",
    "write it without a port, for example street.example.org": "scrivilo senza porta, per esempio street.example.org",
    "write a name of the IANA database, for example Europe/Rome": "scrivi un nome della banca dati IANA, per esempio Europe/Rome",
    "'{text}' is not a known time zone": "'{text}' non è un fuso orario noto",
    "'{text}' is not a known UCUM unit": "'{text}' non è un'unità UCUM nota",
    "'{text}' is out of range": "'{text}' è fuori dai limiti",
    "write a duration of at least 1ms and below ten years, for example 10s": (
        "scrivi una durata da 1ms a meno di dieci anni, per esempio 10s"
    ),
    "'{text}' is not a sequence of bytes": "'{text}' non è una sequenza di byte",
    "write two hexadecimal digits per byte, for example 42 4D": "scrivi due cifre esadecimali per byte, per esempio 42 4D",
    "'{text}' is longer than {most} characters": "'{text}' supera {most} caratteri",
    "shorten it": "accorcialo",
    "write at most {most} characters": "scrivi al massimo {most} caratteri",
    "'{text}' is not a valid address": "'{text}' non è un indirizzo valido",
    'write hours and minutes, from "00:00" to "23:59"': 'scrivi ore e minuti, da "00:00" a "23:59"',
    "write a number with an exponent from -{low} to {high}": "scrivi un numero con esponente da -{low} a {high}",
    "write a number from {low} to {high}, for example {one} or 0x34": "scrivi un numero da {low} a {high}, per esempio {one} o 0x34",
    "an address must not contain a password": "un indirizzo non deve contenere una password",
    "write it to a file, and name the file under 'login'": "scrivila in un file, e indica il file in 'login'",
    "'{text}' is not a date and time": "'{text}' non è una data con l'ora",
    # The site
    "the file is empty": "il file è vuoto",
    "begin with 'site: …'": "comincia con 'site: …'",
    "the file describes neither a gateway nor a centre": "il file non descrive né un gateway né un centro",
    "add 'gateway:' or 'centre:'": "aggiungi 'gateway:' o 'centre:'",
    "the file does not describe a gateway": "il file non descrive un gateway",
    "add 'operator:', 'gateway:' and 'uplink:'": "aggiungi 'operator:', 'gateway:' e 'uplink:'",
    "'{key}' is missing; a gateway needs it": "manca '{key}': a un gateway serve",
    "add a line '{key}: …'": "aggiungi una riga '{key}: …'",
    "the site has {found} devices, more than {most}": "il sito ha {found} dispositivi, più di {most}",
    "the site has {found} values, more than {most}": "il sito ha {found} valori, più di {most}",
    "split it between several gateways": "dividilo tra più gateway",
    "'{key}' can't change while the gateway runs": "'{key}' non può cambiare mentre il gateway è in funzione",
    "edit the file by hand and restart the gateway": "modifica il file a mano e riavvia il gateway",
    "put the file in place first": "prima metti il file al suo posto",
    # The broker
    "mqtt:// would send data over the network unencrypted": "mqtt:// invierebbe i dati in rete senza cifrarli",
    "http:// would send data over the network unencrypted": "http:// invierebbe i dati in rete senza cifrarli",
    "some of the addresses are encrypted and others are not": "alcuni indirizzi sono cifrati e altri no",
    "write all of them with mqtts://": "scrivili tutti con mqtts://",
    "an address is listed twice": "un indirizzo è indicato due volte",
    "list each node of the cluster once": "indica ogni nodo del cluster una volta",
    "'tls' has no effect with mqtt://": "'tls' non ha effetto con mqtt://",
    "write mqtts://, or remove 'tls'": "scrivi mqtts://, o togli 'tls'",
    "a client certificate needs its key, and the key its certificate": (
        "un certificato client richiede la sua chiave, e la chiave il certificato"
    ),
    "write both 'cert' and 'key'": "scrivi sia 'cert' sia 'key'",
    # Lines
    "duplicate {what} '{name}', first on line {line} of the file": "il nome '{name}' è già usato alla riga {line} del file",
    "give each its own id": "dai a ognuno un id proprio",
    "line '{line}' needs exactly one connection": "alla linea '{line}' serve un collegamento, e uno solo",
    "line '{line}' already uses {port}": "la linea '{line}' usa già {port}",
    "put all devices of one port on one line": "metti tutti i dispositivi di una porta sulla stessa linea",
    "'{key}' has no effect on a TCP line": "'{key}' non ha effetto su una linea TCP",
    "'every: 0s' would poll a TCP device without a pause": "'every: 0s' leggerebbe un dispositivo TCP senza pause",
    "write an interval, for example 1s": "scrivi un intervallo, per esempio 1s",
    "a line without Modbus has only one device": "una linea senza Modbus ha un solo dispositivo",
    "give each device its own line": "dai a ogni dispositivo una linea propria",
    "'rtu_over_tcp' is only for Modbus; the bytes of this device are passed unchanged": (
        "'rtu_over_tcp' è solo per Modbus; i byte di questo dispositivo passano invariati"
    ),
    "write 'tcp: …', the address of the device server": "scrivi 'tcp: …', l'indirizzo del device server",
    "the factory settings of '{key}' differ between the devices: {values}": (
        "le impostazioni di fabbrica di '{key}' differiscono tra i dispositivi: {values}"
    ),
    "set the same on all of them, and write '{key}: …' on the line": "imposta la stessa su tutti, e scrivi '{key}: …' nella linea",
    "line '{line}' would be {share} % busy": "la linea '{line}' sarebbe occupata al {share} %",
    # Devices
    "unknown profile '{name}'": "profilo sconosciuto '{name}'",
    "'gateway profiles list' lists the known ones": "'gateway profiles list' elenca quelli noti",
    "'{name}' itself extends another profile": "anche '{name}' estende un altro profilo",
    "extend that one, and write all differences here": "estendi quello, e scrivi qui tutte le differenze",
    "write a profile": "scrivi un profilo",
    "device '{device}' has no unit address": "il dispositivo '{device}' non ha un indirizzo",
    "add 'unit: …', the address set on the device": "aggiungi 'unit: …', l'indirizzo impostato sul dispositivo",
    "device '{device}' on this line already has unit {unit}": "su questa linea il dispositivo '{device}' ha già l'indirizzo {unit}",
    "set another address on one of the two devices": "imposta un altro indirizzo su uno dei due dispositivi",
    "'{profile}' has no unit address": "'{profile}' non ha un indirizzo",
    "remove 'unit'": "togli 'unit'",
    "device '{device}' has no asset": "al dispositivo '{device}' manca 'asset'",
    "add 'asset: …', the city's name for the thing that the device measures": (
        "aggiungi 'asset: …', il nome che la città dà a ciò che il dispositivo misura"
    ),
    "device '{device}' has channels without assets": "il dispositivo '{device}' ha canali senza asset",
    "add 'channels: {0: …}', numbers 0 to {last}": "aggiungi 'channels: {0: …}', numeri da 0 a {last}",
    "channel {channel} has a mounting but no asset": "il canale {channel} ha un montaggio ma non un asset",
    "add it under 'channels' too, or remove it": "aggiungilo anche in 'channels', o toglilo",
    "'{profile}' has no channel {channel}": "'{profile}' non ha il canale {channel}",
    "write numbers from 0 to {last}": "scrivi numeri da 0 a {last}",
    "remove 'channels'": "togli 'channels'",
    "'{profile}' has no point '{point}'": "'{profile}' non ha il punto '{point}'",
    "'{profile}' is queried, it does not send by itself": "'{profile}' va interrogato, non trasmette da sé",
    "remove 'expected_within'": "togli 'expected_within'",
    "asset '{asset}' is not listed under 'assets'": "l'asset '{asset}' non è elencato in 'assets'",
    "add '{asset}' there, or remove 'assets'": "aggiungi '{asset}', o togli 'assets'",
    "there is no other device '{device}'": "non c'è un altro dispositivo '{device}'",
    "no measurement of '{profile}' reads '{point}'": "nessuna misura di '{profile}' legge '{point}'",
    "device '{device}' has no channel {channel}": "il dispositivo '{device}' non ha il canale {channel}",
    "write one of its channels": "scrivi uno dei suoi canali",
    "a panel with 'lighting' needs its position, from which the times of sunset and sunrise follow": (
        "a un quadro con 'lighting' serve la posizione, da cui si calcolano alba e tramonto"
    ),
    "add 'lat:' and 'lon:'": "aggiungi 'lat:' e 'lon:'",
    # The page
    "'{host}' is not an address": "'{host}' non è un indirizzo",
    "write an address of this machine, for example 127.0.0.1:8088": "scrivi un indirizzo di questa macchina, per esempio 127.0.0.1:8088",
    "'plain_http' contradicts 'tls'": "'plain_http' contraddice 'tls'",
    "'plain_http' has no effect on loopback": "'plain_http' non ha effetto su loopback",
    "without TLS, the code of the label would cross the network at {host} readable": (
        "senza TLS il codice dell'etichetta passerebbe leggibile nella rete di {host}"
    ),
    "{host} is not a private address, which 'plain_http' needs": "{host} non è un indirizzo privato, che 'plain_http' richiede",
    "name a certificate under 'tls', or listen on 127.0.0.1": "indica un certificato in 'tls', o ascolta su 127.0.0.1",
    "name a certificate under 'tls', or listen on 127.0.0.1; for the gateway's own hotspot or cable, add 'plain_http: true'": (
        "indica un certificato in 'tls', o ascolta su 127.0.0.1; per l'hotspot o il cavo del gateway aggiungi 'plain_http: true'"
    ),
    # Files
    "the file is larger than {size} MiB": "il file supera {size} MiB",
    "split it": "dividilo",
    "can't be read: {why}": "non si può leggere: {why}",
    "can't be read: it is {kind}": "non si può leggere: è {kind}",
    "a folder": "una cartella",
    "not a regular file": "non un file normale",
    "name a regular file": "indica un file normale",
    "check the name and its permissions": "controlla il nome e i permessi",
    "check the name": "controlla il nome",
    "not UTF-8 text": "non è testo UTF-8",
    "save the file as UTF-8": "salva il file come UTF-8",
    "No such file or directory": "il file non esiste",
    "Permission denied": "permesso negato",
}
"""Each sentence of what reads a site file, as English and Italian; the gaps have what the sentence is about."""

BOOK = Phrasebook(PHRASES)
