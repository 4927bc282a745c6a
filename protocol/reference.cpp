#include "protocol/reference.hpp"

#include "protocol/text.hpp"

#include <algorithm>

namespace flotilla::protocol {

namespace {

constexpr std::size_t max_tag = 128;
constexpr std::size_t max_name = 255; ///< host, `/` and repository
constexpr auto reference_form = "a reference is host[:port]/repository[:tag][@digest]";

failure malformed(const char* kind, std::string_view text, const std::string& why,
                  std::string hint = {}) {
  return {errc::malformed, "`" + printable(text) + "` is no " + kind + ": " + why, std::move(hint)};
}

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

bool is_lower_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_tag_character(char c) {
  return is_lower_alnum(c) || is_upper(c) || c == '_' || c == '.' || c == '-';
}

bool is_separator(char c) {
  return c == '.' || c == '_' || c == '-';
}

/// One of `.`, `_`, `__`, or any number of `-` may stand between letters and digits.
bool is_allowed_separator(std::string_view text) {
  return text == "." || text == "_" || text == "__"
         || text.find_first_not_of('-') == std::string_view::npos;
}

/// What is wrong with one component of a repository; empty when nothing is.
std::string component_error(std::string_view component) {
  if (component.empty())
    return "a part between slashes is empty";
  if (std::any_of(component.begin(), component.end(), is_upper))
    return "it must be in lower case";
  for (char c : component)
    if (!is_lower_alnum(c) && !is_separator(c))
      return "the character `" + printable({&c, 1}) + "` is not allowed in it";
  if (is_separator(component.front()) || is_separator(component.back()))
    return "a part begins or ends with `.`, `_` or `-`";
  while (!component.empty()) {
    const auto first
      = std::find_if(component.begin(), component.end(), is_separator) - component.begin();
    component.remove_prefix(static_cast<std::size_t>(first));
    const auto length
      = std::find_if(component.begin(), component.end(), is_lower_alnum) - component.begin();
    const auto separator = component.substr(0, static_cast<std::size_t>(length));
    if (!is_allowed_separator(separator))
      return "`" + std::string{separator} + "` may not stand between its letters";
    component.remove_prefix(separator.size());
  }
  return {};
}

bool names_host(std::string_view first_part) {
  return first_part.find_first_of(".:") != std::string_view::npos
         || equal_ignoring_case(first_part, "localhost");
}

/// Reads `host[:port]`; the rules are those of a URL.
result<std::string> parse_host(std::string_view text) {
  const bool host_alone = text.find_first_of("?#") == std::string_view::npos;
  if (host_alone && parse_url("https://" + std::string{text}))
    return lower(text);
  return malformed("host", text,
                   "host names have letters, digits, `.` and `-`, and ports are "
                   "from 1 to 65535");
}

/// Cuts `text` at the first `mark`. @returns what follows it; nothing where it does not occur.
std::optional<std::string_view> cut(std::string_view& text, char mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos)
    return std::nullopt;
  const auto after = text.substr(at + 1);
  text = text.substr(0, at);
  return after;
}

/// The parts of a reference, unread.
struct parts {
  std::string_view host; ///< empty when there is no slash
  std::string_view repository;
  std::optional<std::string_view> tag;
  std::optional<std::string_view> id;
};

parts split(std::string_view text) {
  parts found;
  found.id = cut(text, '@');
  if (const auto rest = cut(text, '/')) {
    found.host = text;
    text = *rest;
  }
  found.tag = cut(text, ':');
  found.repository = text;
  return found;
}

/// `user:password@host/…`, which is no `name@digest`.
bool holds_user(std::string_view text) {
  const auto scheme = text.find("://");
  const auto rest = scheme == std::string_view::npos ? text : text.substr(scheme + 3);
  const auto at = rest.find('@');
  return at < rest.find('/') && rest.substr(at + 1, 3) != "sha";
}

std::optional<failure> error_of_whole(std::string_view text) {
  if (text.empty())
    return malformed("reference", text, "it is empty", reference_form);
  if (holds_user(text)) // unquoted: it may hold a password
    return failure{errc::malformed, "user and password have no place in a reference",
                   "log in with `docker login`, or give --username and --password-stdin"};
  if (text.find("://") != std::string_view::npos)
    return malformed("reference", text, "it begins with a scheme",
                     "leave out what stands before the host");
  return std::nullopt;
}

failure in_reference(std::string_view whole, const failure& part) {
  return {errc::malformed, "reference `" + printable(whole) + "`: " + part.message, part.hint};
}

} // namespace

std::string reference::to_string() const {
  auto text = host + '/' + repository;
  if (!tag.empty())
    text += ':' + tag;
  return id ? text + '@' + id->to_string() : text;
}

std::string reference::by_digest(const digest& manifest) const {
  return host + '/' + repository + '@' + manifest.to_string();
}

result<reference> parse_reference(std::string_view text) {
  if (auto why = error_of_whole(text))
    return *std::move(why);
  const auto found = split(text);
  if (!names_host(found.host))
    return malformed("reference", text, "it names no registry host before the first slash",
                     reference_form);
  auto host = parse_host(found.host);
  if (!host)
    return in_reference(text, host.error());
  reference parsed{std::move(*host), {}, found.id || found.tag ? "" : "latest", std::nullopt};
  if (found.id) {
    auto id = digest::parse(*found.id);
    if (!id)
      return in_reference(text, id.error());
    parsed.id = *id;
  }
  if (found.tag) {
    auto tag = parse_tag(*found.tag);
    if (!tag)
      return in_reference(text, tag.error());
    parsed.tag = std::move(*tag);
  }
  auto repository = parse_repository(found.repository);
  if (!repository)
    return in_reference(text, repository.error());
  parsed.repository = std::move(*repository);
  if (parsed.host.size() + 1 + parsed.repository.size() > max_name)
    return malformed("reference", text, "host and repository have more than 255 characters");
  return parsed;
}

result<std::string> parse_tag(std::string_view text) {
  constexpr auto form
    = "a tag has letters, digits, `_`, `.` and `-`, and begins with none of the last two";
  if (text.empty())
    return malformed("tag", text, "it is empty", form);
  if (text.size() > max_tag)
    return malformed("tag", text, "it has more than 128 characters");
  const auto odd = std::find_if_not(text.begin(), text.end(), is_tag_character);
  if (odd != text.end())
    return malformed("tag", text,
                     "the character `" + printable({&*odd, 1}) + "` is not allowed in it", form);
  if (text.front() == '.' || text.front() == '-')
    return malformed("tag", text, "it begins with `.` or `-`", form);
  return std::string{text};
}

result<std::string> parse_repository(std::string_view text) {
  constexpr auto form = "a repository has lower-case letters and digits, with `.`, `_`, `__` or "
                        "`-` between them, in parts that `/` joins";
  if (text.size() > max_name)
    return malformed("repository", text, "it has more than 255 characters");
  for (std::optional<std::string_view> rest = text; rest;) {
    auto component = *rest;
    rest = cut(component, '/');
    if (auto why = component_error(component); !why.empty())
      return malformed("repository", text, why, form);
  }
  return std::string{text};
}

url registry_endpoint(const std::string& host, bool secure) {
  const auto& answers = host == "docker.io" ? std::string{"registry-1.docker.io"} : host;
  auto parsed = parse_url((secure ? "https://" : "http://") + answers);
  return parsed ? *parsed : url{secure, answers, {}, "/"};
}

} // namespace flotilla::protocol
