"""What can be wrong with a wire, in Italian."""

from gateway.config.phrasebook import Phrasebook

PHRASES = {
    "serial port {port} can't be opened: {why}": "la porta seriale {port} non si può aprire: {why}",
    "serial port {port} is gone: {why}": "la porta seriale {port} non c'è più: {why}",
    "serial port {port} can't be written: {why}": "sulla porta seriale {port} non si può scrivere: {why}",
    "serial port {port} accepted only {sent} of {wanted} bytes": "la porta seriale {port} ha accettato solo {sent} byte su {wanted}",
    "the serial port is closed": "la porta seriale è chiusa",
    "serial port {port} can't be opened: it refuses {baud} baud, {form}; check 'baud', 'parity', 'data_bits' and 'stop_bits'": (
        "la porta seriale {port} non si può aprire: rifiuta {baud} baud, {form}; controlla 'baud', 'parity', 'data_bits' e 'stop_bits'"
    ),
    "serial port {port} can't be opened: no adapter with serial number {number} is plugged in (found: {others})": (
        "la porta seriale {port} non si può aprire: non è collegato un adattatore con numero di serie {number} (trovati: {others})"
    ),
    "another program has locked it, such as a running gateway": "la usa un altro programma, per esempio un gateway in funzione",
    "unplugged": "scollegata",
    "the received bytes can't be processed: {why}": "i byte ricevuti non si possono elaborare: {why}",
    "{address} can't be reached: {why}": "{address} non è raggiungibile: {why}",
    "{address} closed the connection": "{address} ha chiuso il collegamento",
    "{address} closed the connection: {why}": "{address} ha chiuso il collegamento: {why}",
    "{address} is not connected": "{address} non è collegato",
    "no response": "nessuna risposta",
    "the line was closed": "la linea è stata chiusa",
    "the line has stopped": "la linea si è fermata",
    "the connection was closed": "il collegamento è stato chiuso",
    "received bytes that are not a Modbus TCP frame, or frames without end": (
        "sono arrivati byte che non sono un messaggio Modbus TCP, o messaggi senza fine"
    ),
    "nothing happened for {patience} s; opening the port again": "non è successo niente per {patience} s; la porta viene riaperta",
    "nothing came to its end in {turns} loans of line {line}; scan again when the gateway has less to do": (
        "niente è arrivato alla fine in {turns} prestiti della linea {line}; ripeti la ricerca quando il gateway ha meno da fare"
    ),
    # What the operating system says (strerror(3))
    "No such file or directory": "non esiste",
    "Permission denied": "permesso negato",
    "Device or resource busy": "è già in uso",
    "Input/output error": "errore di ingresso o uscita",
    "No such device": "il dispositivo non c'è",
    "No such device or address": "il dispositivo non c'è",
    "Inappropriate ioctl for device": "non è una porta seriale",
    "Connection refused": "collegamento rifiutato",
    "No route to host": "nessuna strada verso quell'indirizzo",
    "Network is unreachable": "la rete non è raggiungibile",
    "Connection timed out": "nessuna risposta",
    "Connection reset by peer": "l'altro ha interrotto il collegamento",
    "Name or service not known": "il nome non è noto",
    "Temporary failure in name resolution": "il server dei nomi non risponde",
}
"""Each sentence of a WireError, as English and Italian; the gaps have what the sentence is about."""

BOOK = Phrasebook(PHRASES)
