#include "actors/open_upload_json.hpp"

#include "actors/json_reader.hpp"
#include "protocol/text.hpp"

namespace flotilla::actors {

using nlohmann::json;
using protocol::chunking;
using protocol::failure;
using protocol::registry_profile;
using protocol::result;

namespace {

constexpr std::size_t most_text = 64 << 10; // bytes

result<chunking> parse_chunking(std::string_view text) {
  for (auto takes : {chunking::unknown, chunking::whole, chunking::chunks})
    if (text == protocol::to_string(takes))
      return takes;
  return unknown_word(text);
}

/// Reads an object of that kind into `to`.
template <class Value, class Read>
result<Value> parsed(const char* what, std::string_view text, Read read) {
  auto all = read_json(what, text, most_text);
  if (!all)
    return all.error();
  Value value;
  failure why;
  json_reader from{what, *all, why};
  read(from, value);
  if (from.failed())
    return why;
  return value;
}

} // namespace

std::string to_json(const open_upload& upload) {
  return json_line(json{{"location", upload.at.location.to_string()},
                        {"held", upload.at.held},
                        {"path", upload.from.path},
                        {"inode", upload.from.number},
                        {"size", upload.from.size},
                        {"changed", std::to_string(upload.from.changed)}});
}

result<open_upload> parse_open_upload(std::string_view text) {
  return parsed<open_upload>("an open upload", text, [](json_reader& from, open_upload& to) {
    from.require({"location", "held", "path", "size", "changed"});
    from.parsed("location", to.at.location, protocol::parse_url);
    from.number("held", to.at.held);
    from.text("path", to.from.path);
    from.number("inode", to.from.number);
    from.number("size", to.from.size);
    from.parsed("changed", to.from.changed, [](std::string_view number) -> result<std::int64_t> {
      const auto value = protocol::whole_number<std::int64_t>(number);
      if (!value)
        return failure{protocol::errc::malformed, "is no number", {}};
      return *value;
    });
  });
}

std::string to_json(const registry_profile& profile) {
  return json_line(json{{"takes", protocol::to_string(profile.takes)},
                        {"chunk", profile.chunk},
                        {"threshold", profile.threshold},
                        {"least", profile.least},
                        {"most", profile.most},
                        {"last_chunk_in_put", profile.last_chunk_in_put},
                        {"trust_own_offset", profile.trust_own_offset}});
}

result<registry_profile> parse_registry_profile(std::string_view text) {
  return parsed<registry_profile>(
    "a registry profile", text, [](json_reader& from, registry_profile& to) {
      from.require({"takes", "chunk", "threshold", "least", "most"});
      from.parsed("takes", to.takes, parse_chunking);
      from.number("chunk", to.chunk, registry_profile::smallest_chunk);
      from.number("threshold", to.threshold);
      from.number("least", to.least);
      from.number("most", to.most, registry_profile::smallest_chunk);
      from.flag("last_chunk_in_put", to.last_chunk_in_put);
      from.flag("trust_own_offset", to.trust_own_offset);
    });
}

} // namespace flotilla::actors
