#include "actors/json_reader.hpp"

#include "protocol/text.hpp"

#include <cmath>

namespace flotilla::actors {

using nlohmann::json;
using protocol::errc;

std::string json_line(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

protocol::result<json> read_json(const char* what, std::string_view text, std::size_t most) {
  auto wrong = [what](const std::string& how) {
    return protocol::failure{errc::malformed, std::string{what} + ": " + how, {}};
  };
  if (text.size() > most)
    return wrong("it has more than " + std::to_string(most) + " bytes");
  auto value = protocol::parse_json(text);
  if (!value)
    return wrong(value.error().message);
  return value;
}

protocol::failure unknown_word(std::string_view text) {
  return {errc::malformed, '`' + protocol::printable(text, 60) + "` is not known here", {}};
}

json_reader::json_reader(const char* what, const json& object, protocol::failure& why,
                         std::string path)
  : what_(what), object_(object), why_(why), path_(std::move(path)) {
  if (!object_.is_object() && !failed())
    why_ = {errc::malformed,
            std::string{what_} + ": " + (path_.empty() ? "it" : '`' + path_ + '`')
              + " is no JSON object",
            {}};
}

void json_reader::require(std::initializer_list<const char*> names) {
  for (const auto* name : names)
    if (!has(name))
      wrong(name, " is missing");
}

void json_reader::flag(const char* name, bool& to) {
  const auto* member = find(name);
  if (member == nullptr)
    return;
  if (!member->is_boolean())
    return wrong(name, " is neither true nor false");
  to = member->get<bool>();
}

void json_reader::milliseconds(const char* name, std::chrono::milliseconds& to) {
  auto count = static_cast<std::uint64_t>(to.count());
  number(name, count, 0, static_cast<std::uint64_t>(longest.count()));
  to = std::chrono::milliseconds{count};
}

void json_reader::seconds(const char* name, double& to) {
  const auto* member = find(name);
  if (member == nullptr)
    return;
  const auto value = member->is_number() ? member->get<double>() : -1;
  if (!std::isfinite(value) || value < 0)
    return wrong(name, " is no number from 0 on");
  to = value;
}

void json_reader::text(const char* name, std::string& to) {
  const auto* member = find(name);
  if (member == nullptr)
    return;
  if (!member->is_string())
    return wrong(name, " is no text");
  to = member->get_ref<const std::string&>();
}

void json_reader::texts(const char* name, std::vector<std::string>& to) {
  const auto* list = array(name);
  if (list == nullptr)
    return;
  for (const auto& each : *list) {
    if (!each.is_string())
      return wrong(name, " holds something that is no text");
    to.push_back(each.get_ref<const std::string&>());
  }
}

bool json_reader::has(const char* name) const {
  return find(name) != nullptr;
}

bool json_reader::is_object(const char* name) const {
  const auto* member = find(name);
  return member != nullptr && member->is_object();
}

void json_reader::wrong(const char* name, const std::string& how) {
  if (!failed())
    why_ = {errc::malformed, std::string{what_} + ": `" + path_of(name) + '`' + how, {}};
}

const json* json_reader::find(const char* name) const {
  if (failed())
    return nullptr;
  const auto member = object_.find(name);
  return member == object_.end() ? nullptr : &*member;
}

const json* json_reader::array(const char* name) {
  const auto* member = find(name);
  if (member == nullptr || member->is_array())
    return member;
  wrong(name, " is no list");
  return nullptr;
}

std::pair<std::uint64_t, bool> json_reader::whole_number(const char* name, std::uint64_t least,
                                                         std::uint64_t most) {
  const auto* member = find(name);
  if (member == nullptr)
    return {0, false};
  // What is negative, has a point, or is beyond 64 bits is no unsigned number to the parser.
  const auto value = member->is_number_unsigned() ? member->get<std::uint64_t>() : 0;
  if (member->is_number_unsigned() && value >= least && value <= most)
    return {value, true};
  wrong(name, " is no whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return {0, false};
}

std::string json_reader::path_of(const char* name) const {
  return path_.empty() ? name : path_ + '.' + name;
}

} // namespace flotilla::actors
