#pragma once

#include "base/diagnostic.hpp"
#include "base/json.hpp"
#include "compile/layers.hpp"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::compile {

/// A text taken apart at its references: `${{ vars.x }}`; `$${{` is a literal `${{`.
struct TextPiece {
  bool reference = false;
  std::string text;        ///< The literal, or what stands between the braces, trimmed: `vars.x`.
  std::size_t offset = 0;  ///< Of the piece in the text, in bytes.
  std::size_t length = 0;
};
/// `unclosed`: offset of a `${{` that no `}}` follows; the rest is then literal.
struct Pieces {
  std::vector<TextPiece> pieces;
  std::optional<std::size_t> unclosed;
  /// The one reference that is the whole text, or null.
  const TextPiece* whole() const { return pieces.size() == 1 && pieces[0].reference ? &pieces[0] : nullptr; }
};
Pieces take_apart(std::string_view text);

/// What a text became: literals, and facts that only the device knows.
struct Expanded {
  struct Part {
    bool fact = false;
    std::string text;  ///< Literal, or the name of a fact.
  };
  std::vector<Part> parts;
  bool literal() const;
  std::string text() const;  ///< Of a literal one.
  Json json() const;         ///< A text, or `{"parts": […]}`.
  void add(std::string_view literal);
  void add_fact(std::string name);
};

/// Where a part of a text is written, for diagnostics.
using PlaceOf = std::function<Place(std::size_t offset, std::size_t length)>;

/// Fills in references for one device and one choice of layers.
class Scope {
 public:
  /// `device` null: whatever a reference means is taken as unknown and not told; for checking what no device uses.
  Scope(const DeviceDeclaration* device, const Layers& layers, std::vector<Diagnostic>& out)
      : device_(device), layers_(layers), out_(out) {}

  /// The value a whole-value reference stands for, if the text is one and means a variable; else null.
  const yaml::Node* variable_behind(const yaml::Node& node);
  Expanded expand(std::string_view text, const PlaceOf& place_of);
  Expanded expand(const yaml::Node& node);

  bool lenient() const { return device_ == nullptr; }
  std::vector<Diagnostic>& diagnostics() { return out_; }
  /// The variables that were used since this was made, `vars.` left out, and whether the device itself was.
  const std::set<std::string>& used() const { return used_; }
  bool used_device() const { return used_device_; }

 private:
  void add_reference(Expanded& into, const std::string& name, const Place& at);
  void add_variable(Expanded& into, const std::string& name, const Place& at);
  void add_device(Expanded& into, std::string_view name, const Place& at);
  const yaml::Node* look_up(const std::string& name, const Place& at);
  void tell_unknown(const std::string& name, const Place& at);

  const DeviceDeclaration* device_;
  const Layers& layers_;
  std::vector<Diagnostic>& out_;
  std::set<std::string> used_;
  std::vector<std::string> open_;  // Variables being filled in: one that comes again needs itself.
  bool used_device_ = false;
};

}  // namespace flyball::compile
