#include "cli/plan_view.hpp"

namespace flyball::cli {
namespace {

template <class Names>
Json names_json(const Names& names) {
  Json::Array out;
  for (const auto& name : names) out.emplace_back(name.str());
  return out;
}

Json field_json(const FieldChange& field) {
  Json out;
  out["field"] = field.field;
  if (field.before) out["before"] = *field.before;
  if (field.after) out["after"] = *field.after;
  if (field.diff) out["diff"] = *field.diff;
  return out;
}

Json change_json(const compile::FleetChange& change, const std::string& place) {
  Json out;
  out["action"] = name(change.what);
  out["resource"] = change.id.str();
  out["devices"] = names_json(change.devices);
  out["groups"] = names_json(change.groups);
  out["restarts"] = names_json(change.restarts);
  if (!place.empty()) out["at"] = place;
  Json::Array fields;
  for (const auto& field : change.fields) fields.push_back(field_json(field));
  out["fields"] = std::move(fields);
  return out;
}

}  // namespace

Json plan_json(const PlanView& view) {
  Json out;
  out["kind"] = "flyball-plan@v1";
  out["from"] = view.from;
  out["to"] = view.to;
  out["devices"] = std::uint64_t{view.plan.devices};
  out["affected"] = names_json(view.plan.affected);
  out["added"] = names_json(view.plan.added);
  out["gone"] = names_json(view.plan.gone);
  out["unchanged"] = names_json(view.plan.unchanged);
  out["leaving"] = std::uint64_t{view.plan.leaving};
  out["managed"] = std::uint64_t{view.plan.managed};
  Json::Array changes;
  for (std::size_t i = 0; i < view.plan.changes.size(); ++i)
    changes.push_back(change_json(view.plan.changes[i], i < view.places.size() ? view.places[i] : std::string()));
  out["changes"] = std::move(changes);
  Json::Array guards;
  for (const auto& tripped : view.tripped)
    guards.emplace_back(Json::Object{{"guard", tripped.guard}, {"message", tripped.message}});
  out["tripped"] = std::move(guards);
  return out;
}

}  // namespace flyball::cli
