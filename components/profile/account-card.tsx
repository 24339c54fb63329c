import type { ReactNode } from "react";
import { displayName } from "@/components/session/displayed-user";
import { Avatar } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Detail, DetailList } from "@/components/ui/detail-list";
import type { SessionUser } from "@/lib/session/model/public-session";

interface AccountCardProps {
  user: SessionUser;
  title?: string;
  action?: ReactNode;
}

/** The signed-in user, with the identity provider's data. */
export function AccountCard({ user, title = "Account", action }: AccountCardProps) {
  const name = displayName(user);
  return (
    <Card title={title} action={action}>
      <div className="flex items-center gap-4">
        <Avatar src={user.image} name={name} size="large" />
        <div className="min-w-0">
          <p className="truncate text-base font-medium">{name}</p>
          {user.email && (
            <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-muted">
              <span className="wrap-anywhere">{user.email}</span>
              {user.emailVerified ? (
                <Badge tone="accent">verified</Badge>
              ) : (
                <Badge tone="warning">not verified</Badge>
              )}
            </p>
          )}
        </div>
      </div>
      <DetailList className="mt-5">
        <Detail term="Username">{user.username}</Detail>
        {!user.email && <Detail term="E-mail">{null}</Detail>}
        <Detail term="User id">
          <code className="font-mono text-[0.8125rem] wrap-anywhere">{user.id}</code>
        </Detail>
      </DetailList>
    </Card>
  );
}
