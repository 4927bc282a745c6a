#pragma once

#include "transport/curl_failure.hpp"

#include <optional>
#include <string_view>

namespace flotilla::transport {

/// What curl's report means if it is about TLS: certificates, our files for them, or a port that
/// does not speak TLS at all. None for other reports.
std::optional<protocol::failure> explain_tls(const curl_report& report, const curl_target& target);

/// A server may tell what it dislikes of our side even after the handshake, in the middle of
/// reading or writing. None where `detail` is not about that.
std::optional<protocol::failure> explain_alert(std::string_view detail, const curl_target& target);

/// A server that is not content with our certificate may close before its complaint is read. What
/// to suspect when a fresh TLS connection breaks at once.
std::string suspicion_of_client(const curl_target& target);

} // namespace flotilla::transport
