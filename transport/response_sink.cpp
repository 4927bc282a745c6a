#include "transport/response_sink.hpp"

#include "protocol/text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace flotilla::transport {

namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

/// Tabs separate words; other control characters have no business in a head.
std::string without_controls(std::string_view text) {
  std::string clean{text};
  std::replace(clean.begin(), clean.end(), '\t', ' ');
  clean.erase(std::remove_if(clean.begin(), clean.end(), is_control), clean.end());
  return clean;
}

bool is_empty_line(std::string_view line) {
  return line.find_first_not_of("\r\n") == std::string_view::npos;
}

int parse_status(std::string_view line) {
  const auto blank = line.find(' ');
  if (blank == std::string_view::npos)
    return 0;
  int status = 0;
  std::from_chars(line.data() + blank + 1, line.data() + line.size(), status);
  return status;
}

} // namespace

bool response_sink::header(std::string_view line) {
  header_bytes_ += line.size();
  if (headers_too_long())
    return false;
  if (line.substr(0, 5) == "HTTP/") {
    forget();
    response_.status = parse_status(line);
  } else if (head_complete_) {
    return true; // a trailer
  } else if (is_empty_line(line)) {
    end_head();
  } else if (line.front() == ' ' || line.front() == '\t') {
    continue_field(line);
  } else {
    field(line);
  }
  return true;
}

void response_sink::forget() {
  response_ = {};
  open_field_.reset();
  head_complete_ = false;
  body_bytes_ = 0;
}

void response_sink::end_head() {
  close_field();
  head_complete_ = response_.status >= 200;
}

void response_sink::field(std::string_view line) {
  close_field();
  const auto colon = line.find(':');
  if (colon == std::string_view::npos)
    return;
  const auto value = without_controls(line.substr(colon + 1));
  open_field_.emplace(without_controls(protocol::trimmed(line.substr(0, colon))),
                      protocol::trimmed(value));
}

void response_sink::continue_field(std::string_view line) {
  if (!open_field_)
    return;
  const auto more = without_controls(line);
  open_field_->second.append(" ").append(protocol::trimmed(more));
}

void response_sink::close_field() {
  if (open_field_)
    response_.fields.add(std::move(open_field_->first), std::move(open_field_->second));
  open_field_.reset();
}

bool response_sink::body(std::string_view piece) {
  body_bytes_ += piece.size();
  if (cut())
    return false;
  auto& kept = response_.body;
  kept.append(piece.substr(0, allowed_.body - std::min(allowed_.body, kept.size())));
  return true;
}

bool response_sink::complete() const noexcept {
  if (!head_complete_)
    return false;
  if (is_head_ || response_.status == 204 || response_.status == 304)
    return true;
  const auto length
    = protocol::whole_number<std::uint64_t>(response_.fields.value("content-length"));
  return length && body_bytes_ >= *length;
}

} // namespace flotilla::transport
