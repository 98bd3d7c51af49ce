/// A TLS 1.2 server on loopback with one fault of those that no server at hand has any more. It speaks no cryptography but
/// RSA, and comes no further than the fault.
package enum FaultyTLSServer {
  /// What it does after its first flight.
  package enum Manner: String, Sendable {
    /// Refuses whatever is out of place, and takes every RSA message alike.
    case sound
    /// Answers heartbeats with what they claim to have.
    case heartbleed
    /// Discards malformed heartbeats, as it should, and knows well-formed ones.
    case heartbeats
    /// Takes a change of keys at any time.
    case earlyKeyChange
    /// Has an answer of its own for a message that does not begin with 0 and 2.
    case strongOracle
    /// Has an answer of its own for every message but those that are well padded.
    case weakOracle
    /// Answers badly padded messages before anything follows, and never differs after that.
    case hastyOracle
    /// Answers by turns in two ways, so that no five answers are alike and no two rounds of five agree.
    case moody
    /// Says nothing.
    case silent
    /// Resets the connection.
    case resets
  }

  /// Starts it; `credential` has to be over an RSA key.
  package static func start(_ credential: TestPKI.Credential, _ manner: Manner) throws -> ServerProcess {
    let port = try LoopbackPort.free()
    return try PythonServer.start(
      script,
      settings: """
        {"packages": "\(Fixtures.python)", "chain": "\(credential.chainFile)", "key": "\(credential.keyFile)",
         "manner": "\(manner.rawValue)", "port": \(port)}
        """, port: port)
  }

  private static let script = """
    import itertools, json, os, socket, struct, sys, threading

    settings = json.load(open('settings.json'))
    sys.path.insert(0, settings['packages'])
    from tlslite.api import X509CertChain, parsePEMKey

    chain = X509CertChain()
    chain.parsePemList(open(settings['chain']).read())
    key = parsePEMKey(open(settings['key']).read(), private=True)
    manner = settings['manner']
    moods = itertools.count()


    def vector(width, content):
        return len(content).to_bytes(width, 'big') + content


    def record(kind, content):
        return bytes([kind, 3, 3]) + vector(2, content)


    def message(kind, body):
        return bytes([kind]) + vector(3, body)


    def flight(hello):
        offered = hello[39 + hello[38]:]
        count = int.from_bytes(offered[:2], 'big')
        suites = [offered[2 + i:4 + i] for i in range(0, count, 2)]
        for suite in (b'\\x00\\x2f', b'\\x00\\x9c', b'\\xc0\\x2f'):
            if suite in suites:
                break
        else:
            return None
        extensions = b'\\xff\\x01\\x00\\x01\\x00'
        if manner in ('heartbleed', 'heartbeats'):
            extensions += b'\\x00\\x0f\\x00\\x01\\x01'
        answer = b'\\x03\\x03' + os.urandom(32) + vector(1, os.urandom(32)) + suite + b'\\x00' + vector(2, extensions)
        certificates = b''.join(vector(3, bytes(c.bytes)) for c in chain.x509List)
        return record(22, message(2, answer) + message(11, vector(3, certificates)) + message(14, b''))


    def well_padded(exchange):
        number = int.from_bytes(exchange[6:], 'big')
        size = len(exchange) - 6
        block = key._rawPrivateKeyOp(number).to_bytes(size, 'big')
        begins = block[:2] == b'\\x00\\x02' and 0 not in block[2:10]
        return begins, begins and block.find(0, 2) == size - 49 and block[-48:-46] == b'\\x03\\x03'


    def refuse(peer, alert):
        peer.sendall(record(21, bytes([2, alert])))
        return False


    class Server:
        def __init__(self, peer):
            self.peer = peer
            self.buffer = b''
            self.keys = False
            self.message = None

        def read(self, count):
            while len(self.buffer) < count:
                more = self.peer.recv(65536)
                if not more:
                    raise EOFError
                self.buffer += more
            taken, self.buffer = self.buffer[:count], self.buffer[count:]
            return taken

        def record(self):
            header = self.read(5)
            return header[0], self.read(int.from_bytes(header[3:], 'big'))

        def serve(self):
            kind, hello = self.record()
            if kind != 22 or hello[0] != 1:
                return
            answer = flight(hello)
            if answer is None:
                refuse(self.peer, 40)
                return
            self.peer.sendall(answer)
            while self.take(*self.record()):
                pass

        def take(self, kind, content):
            peer = self.peer
            if manner == 'silent':
                return True
            if manner == 'resets':
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
                return False
            if self.keys:
                return refuse(peer, 20)
            if kind == 24 and manner in ('heartbleed', 'heartbeats'):
                claimed = int.from_bytes(content[1:3], 'big')
                if manner == 'heartbleed' or 3 + claimed + 16 <= len(content):
                    memory = (content[3:] + b'\\x55' * claimed)[:claimed]
                    peer.sendall(record(24, b'\\x02' + vector(2, memory) + bytes(16)))
                return True
            if kind == 20 and manner == 'earlyKeyChange':
                self.keys = True
                return True
            if kind == 22 and content[0] == 16 and self.message is None:
                self.message = well_padded(content)
                begins, fits = self.message
                if manner == 'hastyOracle' and not begins:
                    return refuse(peer, 51)
                return True
            if kind == 20 and self.message is not None:
                return True
            if kind == 22 and self.message is not None:
                begins, fits = self.message
                if manner == 'strongOracle' and not begins:
                    return refuse(peer, 51)
                if manner == 'weakOracle' and not fits:
                    return refuse(peer, 47)
                if manner == 'moody':
                    return refuse(peer, 20 if next(moods) & 1 else 51)
                return refuse(peer, 20)
            return refuse(peer, 10)


    def serve(peer):
        try:
            Server(peer).serve()
        except (EOFError, OSError):
            pass
        finally:
            peer.close()


    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(('127.0.0.1', settings['port']))
    listener.listen(64)
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    """
}
