#pragma once

#include <openssl/ssl.h>

namespace flotilla::app {

/// Logs who was turned away by a handshake that has just failed, and why: no certificate, one that
/// nobody of ours has signed, one that has expired, or no TLS at all. At most 20 a minute, for
/// anybody who reaches the port can cause them. Any thread.
void log_refusal(SSL& handshake);

} // namespace flotilla::app
