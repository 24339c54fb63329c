import { randomBytes } from "node:crypto";
import { z } from "zod";
import { ApiError } from "./api-error.js";
import type { Directory } from "./directory.js";
import type { Records } from "./records.js";

const model = "OrganizationInvitation";

const invitationSchema = z.object({
  id: z.string(),
  inviterId: z.string().nullable(),
  invitee: z.string(),
  acceptedUserId: z.string().nullable(),
  organizationId: z.string(),
  status: z.enum(["Pending", "Accepted", "Expired", "Revoked"]),
  /** Milliseconds since the epoch; so are the others. */
  createdAt: z.number(),
  updatedAt: z.number(),
  expiresAt: z.number(),
  organizationRoles: z.array(z.object({ id: z.string(), name: z.string() })),
});
type Invitation = z.infer<typeof invitationSchema>;

/** The query of Logto's `GET /api/organization-invitations`. */
export const filterSchema = z
  .object({ organizationId: z.string(), inviterId: z.string(), invitee: z.string() })
  .partial();

/** The body of Logto's `POST /api/organization-invitations`. */
export const newInvitationSchema = z.object({
  inviterId: z.string().nullish(),
  invitee: z.email(),
  organizationId: z.string(),
  expiresAt: z.number(),
  organizationRoleIds: z.array(z.string()).default([]),
  messagePayload: z.union([z.literal(false), z.looseObject({})]).default(false),
});

/** The body of Logto's `PUT /api/organization-invitations/:id/status`. */
export const statusSchema = z.object({
  status: z.enum(["Accepted", "Revoked"]),
  acceptedUserId: z.string().nullish(),
});

const invalid = (status: number, details: string) =>
  new ApiError(status, "request.invalid_input", details);

/** Invitations to organizations, with Logto's rules (Logto facts: Management API). */
export class Invitations {
  readonly #records: Records;
  readonly #directory: Directory;

  constructor(records: Records, directory: Directory) {
    this.#records = records;
    this.#directory = directory;
  }

  /** Those that match, the newest first. */
  list({ organizationId, inviterId, invitee }: z.output<typeof filterSchema>): Invitation[] {
    return [...this.#records.model(model).values()]
      .map(({ payload }) => this.#read(payload))
      .filter(
        (each) =>
          (organizationId === undefined || each.organizationId === organizationId) &&
          (inviterId === undefined || each.inviterId === inviterId) &&
          (invitee === undefined || each.invitee.toLowerCase() === invitee.toLowerCase()),
      )
      .reverse();
  }

  find(id: string): Invitation {
    const record = this.#records.find(model, id);
    if (!record) throw new ApiError(404, "entity.not_found", "The resource does not exist.");
    return this.#read(record.payload);
  }

  create(details: Omit<z.output<typeof newInvitationSchema>, "messagePayload">): Invitation {
    const { users, organizations, tenant } = this.#directory;
    const { inviterId = null, invitee, organizationId, expiresAt, organizationRoleIds } = details;
    const now = this.#records.now();
    if (expiresAt <= now) throw invalid(400, "The value of `expiresAt` must be in the future.");
    const isKnown =
      organizations.has(organizationId) &&
      (inviterId === null || users.has(inviterId)) &&
      organizationRoleIds.every((id) => Object.hasOwn(tenant.organizationRoles, id));
    if (!isKnown) throw new ApiError(422, "entity.relation_foreign_key_not_found", "Unknown id.");
    const user = this.#directory.findByEmail(invitee);
    if (user?.organizations.some(({ id }) => id === organizationId))
      throw invalid(422, "The invitee is already a member of the organization.");
    const open = this.list({ organizationId, invitee });
    if (open.some((each) => each.status === "Pending" && each.invitee === invitee))
      throw new ApiError(422, "entity.unique_integrity_violation", "The entity already exists.");
    return this.#store({
      id: randomBytes(16).toString("hex").slice(0, 21),
      inviterId,
      invitee,
      acceptedUserId: null,
      organizationId,
      status: "Pending",
      createdAt: now,
      updatedAt: now,
      expiresAt,
      // The roles of a stand-in have no ids of their own.
      organizationRoles: organizationRoleIds.map((id) => ({ id, name: id })),
    });
  }

  /** Revokes an invitation, or accepts it: the user becomes a member, with its roles. */
  setStatus(id: string, { status, acceptedUserId }: z.output<typeof statusSchema>): Invitation {
    const required = "The `acceptedUserId` is required when accepting an invitation.";
    if (status === "Accepted" && !acceptedUserId) throw invalid(422, required);
    const found = this.find(id);
    if (found.status !== "Pending")
      throw invalid(422, "The status of the invitation cannot be changed anymore.");
    const updated = { ...found, status, updatedAt: this.#records.now() };
    if (status === "Revoked") return this.#store(updated);
    const user = this.#directory.users.get(acceptedUserId ?? "");
    if (!user) throw new ApiError(404, "entity.not_found", "The resource does not exist.");
    if (user.claims.email?.toLowerCase() !== found.invitee.toLowerCase())
      throw invalid(422, "The accepted user must have the same email as the invitee.");
    const others = user.organizations.filter((each) => each.id !== found.organizationId);
    const roles = found.organizationRoles.map(({ name }) => name);
    const joined = { id: found.organizationId, roles };
    this.#directory.update(user, { organizations: [...others, joined] });
    return this.#store({ ...updated, acceptedUserId: user.id });
  }

  #read(payload: unknown): Invitation {
    const invitation = invitationSchema.parse(payload);
    const isExpired =
      invitation.status === "Pending" && invitation.expiresAt <= this.#records.now();
    return isExpired ? { ...invitation, status: "Expired" } : invitation;
  }

  #store(invitation: Invitation): Invitation {
    this.#records.put({ model, id: invitation.id, payload: invitation });
    return invitation;
  }
}
