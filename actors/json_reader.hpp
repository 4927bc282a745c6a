#pragma once

#include "protocol/json.hpp"
#include "protocol/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flotilla::actors {

/// JSON text on one line; bytes that are not UTF-8 become U+FFFD.
std::string json_line(const nlohmann::json& value);

/// @param what the text is, for messages
/// @returns errc::malformed when the text is longer than `most` bytes, or not JSON
protocol::result<nlohmann::json> read_json(const char* what, std::string_view text,
                                           std::size_t most);

/// The failure of a text that is none of the words that may stand there.
protocol::failure unknown_word(std::string_view text);

/// Reads members of a JSON object that comes from outside into values that hold their defaults.
/// A member that is missing leaves the default, one that nobody asks for is passed over. The first
/// one that is not what it should be is told to `why` as errc::malformed, by its path; once there
/// is a `why`, nothing more is read.
class json_reader {
public:
  static constexpr std::chrono::milliseconds longest{366LL * 24 * 60 * 60 * 1000};

  /// @param what the whole is, for messages
  /// @param object need not be one: then that is `why`. It and `why` outlive the reader.
  /// @param path of the object within the whole; empty: it is that
  json_reader(const char* what, const nlohmann::json& object, protocol::failure& why,
              std::string path = {});

  /// These members have no default.
  void require(std::initializer_list<const char*> names);

  void flag(const char* name, bool& to);
  /// A whole number that lies within the bounds.
  template <class Unsigned>
  void number(const char* name, Unsigned& to, std::uint64_t least = 0,
              std::uint64_t most = std::numeric_limits<Unsigned>::max()) {
    if (auto value = whole_number(name, least, most); value.second)
      to = static_cast<Unsigned>(value.first);
  }
  /// A whole number from 0 to that of a year.
  void milliseconds(const char* name, std::chrono::milliseconds& to);
  /// Not negative.
  void seconds(const char* name, double& to);
  void text(const char* name, std::string& to);
  void texts(const char* name, std::vector<std::string>& to);

  /// A text that `parse` turns into a `protocol::result<T>`.
  template <class T, class Parse>
  void parsed(const char* name, T& to, Parse parse) {
    std::string written;
    if (!has(name))
      return;
    text(name, written);
    if (failed())
      return;
    if (auto value = parse(std::string_view{written}))
      to = *std::move(value);
    else
      wrong(name, ": " + value.error().message);
  }
  /// An object: `visit(json_reader&)`.
  template <class Visit>
  void object(const char* name, Visit visit) {
    if (const auto* member = find(name)) {
      json_reader inner{what_, *member, why_, path_of(name)};
      visit(inner);
    }
  }
  /// An array of objects: `visit(json_reader&)` for each.
  template <class Visit>
  void objects(const char* name, Visit visit) {
    const auto* list = array(name);
    for (std::size_t i = 0; list != nullptr && i < list->size() && !failed(); ++i) {
      json_reader inner{what_, (*list)[i], why_, path_of(name) + '[' + std::to_string(i) + ']'};
      visit(inner);
    }
  }

  bool has(const char* name) const;
  bool is_object(const char* name) const;
  bool failed() const noexcept {
    return why_.code != protocol::errc::none;
  }
  /// Tells that this member is wrong. @param how follows its path
  void wrong(const char* name, const std::string& how);

private:
  const nlohmann::json* find(const char* name) const;
  const nlohmann::json* array(const char* name);
  std::pair<std::uint64_t, bool> whole_number(const char* name, std::uint64_t least,
                                              std::uint64_t most);
  std::string path_of(const char* name) const;

  const char* what_;
  const nlohmann::json& object_;
  protocol::failure& why_;
  std::string path_;
};

} // namespace flotilla::actors
