#include "actors/order_json.hpp"

#include "actors/json_reader.hpp"
#include "protocol/base64.hpp"

namespace flotilla::actors {

using nlohmann::json;
using protocol::errc;
using protocol::failure;
using protocol::result;

namespace {

constexpr std::uint64_t most_uploads = 32;
constexpr std::uint64_t most_checks = 1024;

template <class Enum>
struct word {
  Enum value;
  const char* text;
};

constexpr word<purpose> purposes[]
  = {{purpose::push, "push"}, {purpose::plan, "plan"}, {purpose::verify, "verify"}};
constexpr word<protocol::check_mode> check_modes[]
  = {{protocol::check_mode::automatic, "automatic"},
     {protocol::check_mode::always, "always"},
     {protocol::check_mode::never, "never"}};
constexpr word<verification> verifications[] = {{verification::none, "none"},
                                                {verification::manifest, "manifest"},
                                                {verification::blobs, "blobs"}};

template <class Enum, std::size_t N>
const char* word_of(Enum value, const word<Enum> (&words)[N]) {
  for (const auto& each : words)
    if (each.value == value)
      return each.text;
  return words[0].text;
}

/// What reads one of those words.
template <class Enum, std::size_t N>
auto one_of(const word<Enum> (&words)[N]) {
  return [&words](std::string_view text) -> result<Enum> {
    for (const auto& each : words)
      if (each.text == text)
        return each.value;
    return unknown_word(text);
  };
}

/// A path may have any bytes but 0, and JSON holds nothing but UTF-8.
json exact(const std::string& text) {
  const auto back = protocol::parse_json(json_line(text));
  if (back && *back == text)
    return text;
  return {{"base64", protocol::to_base64(text)}};
}

void read_exact(json_reader& from, const char* name, std::string& to) {
  if (!from.is_object(name))
    return from.text(name, to);
  from.object(name, [&](json_reader& inner) {
    inner.require({"base64"});
    inner.parsed("base64", to, protocol::from_base64);
  });
}

json json_of(const push_options& options) {
  return {{"purpose", word_of(options.to, purposes)},
          {"check", word_of(options.check, check_modes)},
          {"verify", word_of(options.verify, verifications)},
          {"uploads", options.uploads},
          {"max_uploads", options.max_uploads},
          {"checks", options.checks},
          {"bandwidth", options.bandwidth},
          {"chunk", options.chunk},
          {"retry_budget_ms", options.retry_budget.count()},
          {"reach_budget_ms", options.reach_budget.count()}};
}

void read_options(json_reader& from, push_options& to) {
  from.parsed("purpose", to.to, one_of(purposes));
  from.parsed("check", to.check, one_of(check_modes));
  from.parsed("verify", to.verify, one_of(verifications));
  from.number("uploads", to.uploads, 1, most_uploads);
  from.number("max_uploads", to.max_uploads);
  from.number("checks", to.checks, 1, most_checks);
  from.number("bandwidth", to.bandwidth);
  from.number("chunk", to.chunk);
  from.milliseconds("retry_budget_ms", to.retry_budget);
  from.milliseconds("reach_budget_ms", to.reach_budget);
}

result<protocol::url> parse_registry(std::string_view text) {
  auto parsed = protocol::parse_url(text);
  if (parsed && parsed->target != "/")
    return failure{
      errc::malformed, '`' + parsed->redacted() + "` has something behind its host", {}};
  return parsed;
}

result<std::string> parse_repository_or_none(std::string_view text) {
  return text.empty() ? result<std::string>{std::string{}} : protocol::parse_repository(text);
}

void read_tags(json_reader& from, std::vector<std::string>& to) {
  from.texts("tags", to);
  for (const auto& tag : to)
    if (auto parsed = protocol::parse_tag(tag); !parsed)
      return from.wrong("tags", ": " + parsed.error().message);
}

} // namespace

std::string to_json(const push_order& order) {
  return json_line({{"source", exact(order.source.text)},
                    {"manifest_file", exact(order.source.manifest_file)},
                    {"mount_from", order.mount_from},
                    {"reference", order.target.to_string()},
                    {"registry", order.at.registry().origin()},
                    {"repository", order.at.repository()},
                    {"tags", order.tags},
                    {"options", json_of(order.options)}});
}

result<push_order> parse_push_order(std::string_view text) {
  constexpr auto what = "the order of a push";
  const auto object = read_json(what, text, most_order_bytes);
  if (!object)
    return object.error();
  failure why;
  push_order order;
  protocol::url registry;
  json_reader from{what, *object, why};
  from.require({"source", "reference", "registry"});
  read_exact(from, "source", order.source.text);
  read_exact(from, "manifest_file", order.source.manifest_file);
  from.parsed("mount_from", order.mount_from, parse_repository_or_none);
  from.parsed("reference", order.target, protocol::parse_reference);
  from.parsed("registry", registry, parse_registry);
  auto repository = order.target.repository;
  from.parsed("repository", repository, protocol::parse_repository);
  read_tags(from, order.tags);
  from.object("options", [&](json_reader& inner) { read_options(inner, order.options); });
  if (order.source.text.empty())
    from.wrong("source", " is empty");
  if (from.failed())
    return why;
  order.at = {registry, repository};
  return order;
}

} // namespace flotilla::actors
