#include "protocol/upload_session.hpp"
#include "tests/fuzz/property.hpp"

using namespace flotilla;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto request = *protocol::parse_url("https://reg.example:5000/v2/a/b/?c=d");
  auto text = fuzz::as_text(data, size);
  const std::string location{fuzz::take_line(text)};
  const std::string range{text};
  const auto held = protocol::parse_held_bytes(range);
  const protocol::http_response response{202, {{"Location", location}, {"Range", range}}, {}, {}};
  const auto session = protocol::read_session(response, request);
  if (!session) {
    fuzz::require(fuzz::is_fit_to_be_shown(session.error().message));
    return 0;
  }
  fuzz::require(session->held == (held ? *held : 0) && session->held != 1);
  const auto& at = session->location;
  fuzz::require(at.secure && at.port != 0 && !at.host.empty() && at.target.front() == '/');
  fuzz::require(fuzz::is_visible_ascii(at.to_string()));
  const auto path = at.target.substr(0, at.target.find('?'));
  fuzz::require((path + '/').find("/../") == std::string::npos);
  const auto again = protocol::parse_url(at.to_string());
  fuzz::require(again && again->to_string() == at.to_string());
  return 0;
}
