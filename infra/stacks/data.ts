import { CfnOutput, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { UserPoolEmail } from "aws-cdk-lib/aws-cognito";
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from "aws-cdk-lib/aws-dynamodb";
import { Key } from "aws-cdk-lib/aws-kms";
import { CfnSecret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { Mail } from "../constructs/mail.ts";
import { clients, type People, staff } from "../constructs/people.ts";
import type { TableName } from "../grants.ts";
import { acknowledge } from "../nag.ts";
import type { Settings } from "../settings.ts";

type Index = { name: string; pk: string; sk: string };

/**
 * The resources that outlive every deployment: tables, the clinical key, the secrets, the user pools and the mail
 * resources.
 */
export class DataStack extends Stack {
  readonly tables: Record<TableName, Table>;
  readonly clinicalKey: Key;
  /**
   * Created empty, so that no key is in a template. An operator stores
   * `{"secretKey":"...","webhookSecrets":["...","..."]}` in it.
   */
  readonly stripeSecret: CfnSecret;
  /** The key that signs payment links. Secrets Manager generates it, so nobody sees it. */
  readonly linkSecret: CfnSecret;
  readonly clients: People;
  readonly staff: People;
  readonly mail: Mail;

  constructor(scope: Construct, id: string, props: StackProps & { settings: Settings }) {
    super(scope, id, props);
    const { settings } = props;

    this.clinicalKey = new Key(this, "clinical-key", {
      alias: `clearing-${settings.stage}-clinical`,
      description: "Encrypts evaluations and clinicians' notes",
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.tables = {
      core: this.#table("core", {
        timeToLiveAttribute: "expiresAt",
        indexes: [
          { name: "byList", pk: "listPk", sk: "listSk" },
          { name: "byStatus", pk: "statusPk", sk: "statusSk" },
          { name: "byOwner", pk: "ownerPk", sk: "ownerSk" },
          { name: "byCohort", pk: "cohortPk", sk: "cohortSk" },
          { name: "byQueue", pk: "queuePk", sk: "queueSk" },
          { name: "byParticipant", pk: "participantPk", sk: "participantSk" },
          { name: "byDue", pk: "duePk", sk: "dueAt" },
        ],
        projection: ProjectionType.KEYS_ONLY,
      }),
      ledger: this.#table("ledger", {
        indexes: [
          { name: "byMonth", pk: "monthPk", sk: "monthSk" },
          { name: "byBooking", pk: "bookingPk", sk: "bookingSk" },
        ],
        projection: ProjectionType.ALL,
        stream: StreamViewType.NEW_IMAGE,
      }),
      audit: this.#table("audit", {
        indexes: [
          { name: "byActor", pk: "actorPk", sk: "actorSk" },
          { name: "byDay", pk: "dayPk", sk: "daySk" },
        ],
        projection: ProjectionType.KEYS_ONLY,
      }),
      outbox: this.#table("outbox", { stream: StreamViewType.NEW_IMAGE }),
      clinical: this.#table("clinical", { timeToLiveAttribute: "expiresAt", encryptionKey: this.clinicalKey }),
      clearance: this.#table("clearance", {
        indexes: [{ name: "byDue", pk: "duePk", sk: "dueAt" }],
        projection: ProjectionType.KEYS_ONLY,
      }),
    };

    this.stripeSecret = new CfnSecret(this, "stripe", {
      name: `clearing/${settings.stage}/stripe`,
      description: "Stripe secret key, and the current and previous webhook signing secrets",
    });
    // It has a fixed name: a secret that survived a rolled-back first deployment would block the next.
    this.stripeSecret.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    acknowledge(this.stripeSecret, "secret");
    acknowledge(this.stripeSecret, "secretKey");

    this.linkSecret = new CfnSecret(this, "links", {
      description: "Key that signs payment links in emails; links signed with the previous value stay valid",
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    acknowledge(this.linkSecret, "linkSecret");
    acknowledge(this.linkSecret, "secretKey");

    this.mail = new Mail(this, "mail", settings);

    const sender = codesFrom(settings, this.mail, this.region);
    this.clients = clients(this, settings, sender);
    this.staff = staff(this, settings, sender);

    const output = (name: string, value: string) => new CfnOutput(this, name, { value });
    output("CoreTable", this.tables.core.tableName);
    output("StripeSecret", this.stripeSecret.ref);
    output("ClientUserPool", this.clients.pool.userPoolId);
    output("ClientUserPoolClient", this.clients.client.userPoolClientId);
    output("StaffUserPool", this.staff.pool.userPoolId);
    output("StaffUserPoolClient", this.staff.client.userPoolClientId);
  }

  #table(
    name: TableName,
    options: {
      indexes?: readonly Index[];
      projection?: ProjectionType;
      stream?: StreamViewType;
      timeToLiveAttribute?: string;
      encryptionKey?: Key;
    },
  ): Table {
    const { indexes = [], projection = ProjectionType.ALL, stream, timeToLiveAttribute, encryptionKey } = options;
    const key = (attribute: string) => ({ name: attribute, type: AttributeType.STRING });
    const table = new Table(this, name, {
      partitionKey: key("pk"),
      sortKey: key("sk"),
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      ...(stream && { stream }),
      ...(timeToLiveAttribute && { timeToLiveAttribute }),
      ...(encryptionKey && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
    });
    for (const { name: indexName, pk, sk } of indexes) {
      table.addGlobalSecondaryIndex({
        indexName,
        partitionKey: key(pk),
        sortKey: key(sk),
        projectionType: projection,
      });
    }
    return table;
  }
}

/** The sender of the user pools' codes. Cognito refuses an unverified identity, and a new one is always unverified. */
function codesFrom({ mailVerified, mailDomain, merchantName, supportEmail }: Settings, mail: Mail, region: string) {
  if (!mailVerified || mailDomain === undefined || mail.from === undefined)
    return UserPoolEmail.withCognito(supportEmail);
  return UserPoolEmail.withSES({
    fromEmail: mail.from,
    // Quoted here: the CDK does not quote a name with a comma, where a mail header would end the address.
    fromName: isAscii(merchantName) ? `"${merchantName.replace(/["\\]/g, "\\$&")}"` : merchantName,
    replyTo: supportEmail,
    configurationSetName: mail.configurationSetName,
    sesVerifiedDomain: mailDomain,
    sesRegion: region,
  });
}

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);
