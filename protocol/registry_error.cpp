#include "protocol/registry_error.hpp"

#include "protocol/json.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace flotilla::protocol {

namespace {

using nlohmann::json;

constexpr std::size_t max_code = 64;
constexpr std::size_t max_plain_text = 300;

std::string fit(std::string_view text) {
  return std::string{trimmed(printable(text))};
}

std::string as_code(std::string_view text) {
  auto code = std::string{trimmed(printable(text, max_code))};
  for (auto& c : code)
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return code;
}

/// The first member of these names that is a string and says something.
std::string first_text(const json& object, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (auto text = fit(string_member(object, name)); !text.empty())
      return text;
  return {};
}

/// So many of an answer's errors are looked at.
constexpr std::size_t most_errors = 64;

registry_error read_error(const json& error) {
  if (error.is_object())
    return {as_code(string_member(error, "code")), first_text(error, {"message", "detail"})};
  if (error.is_string())
    return {{}, fit(error.get_ref<const std::string&>())};
  return {};
}

/// All that the answer lists, in its order.
std::vector<registry_error> read_errors(const json& object) {
  std::vector<registry_error> all;
  const auto errors = object.find("errors");
  if (errors != object.end() && errors->is_array())
    for (std::size_t i = 0; i < std::min(errors->size(), most_errors); ++i)
      all.push_back(read_error((*errors)[i]));
  return all;
}

/// docker-registry puts what matters behind one or two UNKNOWN.
registry_error most_telling(std::vector<registry_error> all) {
  auto known = std::find_if(all.begin(), all.end(), [](const auto& error) {
    return !error.code.empty() && error.code != "UNKNOWN";
  });
  return std::move(known == all.end() ? all.front() : *known);
}

registry_error read_object(const json& object) {
  if (auto errors = read_errors(object); !errors.empty())
    return most_telling(std::move(errors));
  // Docker Hub's limits, token servers, and proxies that speak JSON.
  return {{}, first_text(object, {"details", "message", "error_description", "error"})};
}

bool is_plain_text(std::string_view body) {
  const auto first = body.find_first_not_of(" \t\r\n");
  if (body.size() > max_plain_text || first == std::string_view::npos
      || std::string_view{"<{["}.find(body[first]) != std::string_view::npos)
    return false;
  return std::all_of(body.begin(), body.end(), [](char c) {
    return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) || c == '\t' || c == '\r'
           || c == '\n';
  });
}

/// RFC 9110 section 15, and what nginx and Cloudflare add to it.
const char* reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 429: return "Too Many Requests";
    case 499: return "Client Closed Request";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 507: return "Insufficient Storage";
    default: return "";
  }
}

} // namespace

registry_error parse_registry_error(std::string_view body) {
  if (const auto parsed = parse_json(body); parsed && parsed->is_object())
    return read_object(*parsed);
  return is_plain_text(body) ? registry_error{{}, fit(body)} : registry_error{};
}

std::string describe(const http_response& response) {
  const auto error = parse_registry_error(response.body);
  auto text = std::to_string(response.status);
  const auto name = error.code.empty() ? std::string{reason_phrase(response.status)} : error.code;
  if (!name.empty())
    text += ' ' + name;
  return error.message.empty() ? text : text + ": " + error.message;
}

bool has_error_code(const http_response& response, std::string_view code) {
  const auto parsed = parse_json(response.body);
  if (!parsed || !parsed->is_object())
    return false;
  const auto errors = read_errors(*parsed);
  return std::any_of(errors.begin(), errors.end(),
                     [code](const auto& error) { return equal_ignoring_case(error.code, code); });
}

} // namespace flotilla::protocol
