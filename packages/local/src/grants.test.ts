import { afterEach, describe, expect, test } from "vitest";
import { writeFixture } from "./fixture.ts";
import { readTopology } from "./read-topology.ts";
import { loadTemplate } from "./template.ts";

let remove = () => {};
afterEach(() => remove());

/** Reads the fixture with added or replaced resources. */
function topologyWith(resources: Record<string, object>) {
  const fixture = writeFixture((template) => Object.assign(template.Resources, resources));
  remove = fixture.remove;
  return () => readTopology(loadTemplate(fixture.templateDir, "http://127.0.0.1:8787"));
}

const att = (id: string, name: string) => ({ "Fn::GetAtt": [id, name] });
const parked = (FunctionName: object, EventSourceArn: object) => ({
  Type: "AWS::Lambda::EventSourceMapping",
  Properties: { FunctionName, EventSourceArn, DestinationConfig: { OnFailure: { Destination: att("Dead", "Arn") } } },
});
const scheduled = (dead: object) => ({
  Type: "AWS::Scheduler::Schedule",
  Properties: {
    ScheduleExpression: "rate(1 minute)",
    Target: { Arn: att("SweepFn", "Arn"), RoleArn: att("SchedulerRole", "Arn"), DeadLetterConfig: { Arn: dead } },
  },
});
const ruled = (dead: object) => ({
  Type: "AWS::Events::Rule",
  Properties: {
    EventBusName: { Ref: "Bus" },
    EventPattern: { source: ["clearing"] },
    Targets: [{ Arn: att("Queue", "Arn"), DeadLetterConfig: { Arn: dead } }],
  },
});
const nothing = { Type: "AWS::Logs::LogGroup" };
const deny = { Effect: "Deny", Principal: "*", Action: "sns:*", Resource: { Ref: "Topic" } };
const inTheClear = { ...deny, Condition: { Bool: { "aws:SecureTransport": "false" } } };
const cloudwatch = {
  Effect: "Allow",
  Principal: { Service: "cloudwatch.amazonaws.com" },
  Action: "sns:Publish",
  Resource: { Ref: "Topic" },
  Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
};
const watched = (...statements: object[]) => ({
  Topic: { Type: "AWS::SNS::Topic" },
  Alarm: { Type: "AWS::CloudWatch::Alarm", Properties: { AlarmActions: [{ Ref: "Topic" }] } },
  ...(statements.length > 0 && {
    TopicPolicy: {
      Type: "AWS::SNS::TopicPolicy",
      Properties: { Topics: [{ Ref: "Topic" }], PolicyDocument: { Statement: statements } },
    },
  }),
});

describe("the grants between services in a template", () => {
  test("are complete in the fixture", () => {
    expect(topologyWith({})).not.toThrow();
  });

  test.each<[string, Record<string, object>]>([
    ["Consumer may not sqs:ReceiveMessage its source", { ConsumerPolicy: nothing }],
    ["Relay may not dynamodb:GetRecords its source", { RelayPolicy: nothing }],
    ["Schedule may not invoke its function", { SchedulerRole: { Type: "AWS::IAM::Role" } }],
    ["Rule may not send to its queue", { QueuePolicy: nothing }],
    [
      "Sweep may not sqs:SendMessage to its destination",
      {
        Config: {
          Type: "AWS::Lambda::EventInvokeConfig",
          Properties: {
            FunctionName: { Ref: "SweepFn" },
            DestinationConfig: { OnFailure: { Destination: att("Dead", "Arn") } },
          },
        },
      },
    ],
    [
      "Relay may not sqs:SendMessage to its destination",
      { StreamMapping: parked({ Ref: "RelayFn" }, { "Fn::ImportValue": "data:OutboxStreamArn" }) },
    ],
    ["Schedule may not send to its dead-letter queue", { Schedule: scheduled(att("Dead", "Arn")) }],
    ["Rule may not send to its dead-letter queue", { Rule: ruled(att("Dead", "Arn")) }],
    [
      "the subscription Mail may not send to its dead-letter queue",
      {
        Mail: {
          Type: "AWS::SNS::Subscription",
          Properties: { TopicArn: { Ref: "Topic" }, RedrivePolicy: { deadLetterTargetArn: att("Dead", "Arn") } },
        },
        Topic: { Type: "AWS::SNS::Topic" },
      },
    ],
    ["the API may not invoke Web", { Permission: nothing }],
    ["Alarm may not publish to its topic", watched(inTheClear)],
    ["Alarm may not publish to its topic", watched(cloudwatch, deny)],
  ])("%s", (lack, resources) => {
    expect(topologyWith(resources)).toThrow(lack);
  });

  test.each([
    ["a policy that names CloudWatch", watched(inTheClear, cloudwatch)],
    ["SNS's default policy", watched()],
  ])("an alarm may publish under %s", (_, resources) => {
    expect(topologyWith(resources)).not.toThrow();
  });
});
