#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace flotilla::protocol {

/// Why something failed. Each value asks for a different reaction, and app/exit_code.hpp gives each
/// one exit code.
enum class errc : std::uint8_t {
  none,           ///< not an error
  malformed,      ///< a text from outside is not what its grammar allows; the caller says whose
  internal,       ///< a mistake of ours
  usage,          ///< a flag, a setting or a combination of them that cannot work
  source_invalid, ///< the model on disk is missing, unreadable, or not what its manifest says
  unauthorized,   ///< credentials refused, or they lack a permission
  refused,        ///< the registry said no in a way that asking again will not change
  incomplete,     ///< the registry lacks a blob that the manifest names: look at them all again
  unavailable,    ///< registry or network in trouble: the same request may succeed later
  gave_up,        ///< still unavailable when the retry budget was used up
  differs,        ///< what the registry serves is not what the source holds
  no_node,        ///< no coordinator answers, or no node holds a needed blob
  interrupted,    ///< stopped by the user; running again continues
};

/// Names the constant as written above.
const char* to_string(errc code) noexcept;

/// A code to act on, a sentence that names what failed, where, and what was answered; and the way
/// out, where there is one. Neither holds a secret or a control character.
struct failure {
  errc code = errc::none;
  std::string message;
  std::string hint;
};

/// Either the value asked for or the reason there is none.
template <class T>
class [[nodiscard]] result {
public:
  result(T value) : content_(std::in_place_index<0>, std::move(value)) {
  }
  result(failure why) : content_(std::in_place_index<1>, std::move(why)) {
  }

  explicit operator bool() const noexcept {
    return content_.index() == 0;
  }
  /// @pre `*this` holds a value.
  const T& operator*() const& {
    return std::get<0>(content_);
  }
  T& operator*() & {
    return std::get<0>(content_);
  }
  T&& operator*() && {
    return std::get<0>(std::move(content_));
  }
  const T* operator->() const {
    return &std::get<0>(content_);
  }
  T* operator->() {
    return &std::get<0>(content_);
  }
  /// @pre `*this` holds a failure.
  const failure& error() const {
    return std::get<1>(content_);
  }

private:
  std::variant<T, failure> content_;
};

template <class Inspector>
auto inspect(Inspector& f, failure& x) {
  return f(x.code, x.message, x.hint);
}

} // namespace flotilla::protocol
