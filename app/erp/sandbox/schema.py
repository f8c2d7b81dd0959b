"""The tables of the sandbox's store, and the views its pages read.

Amounts, prices, quantities and percents are whole millionths; moments are milliseconds; see `wire`.
One row serves every page about the same thing: an order is one row, seen as `salesOrders`, `orderStates`, `portalOrders`.
"""

from __future__ import annotations

VERSION = "2"  # 2: charges beside the lines of an order

_STAMPS = "lastModifiedDateTime INTEGER NOT NULL, rowVersion INTEGER NOT NULL"
_ID = "id TEXT NOT NULL UNIQUE"
_CODE_AND_NAME = f"{_ID}, code TEXT PRIMARY KEY, displayName TEXT NOT NULL"

# Charges of an order go onto its first invoice, whose number they then carry.
CHARGES = f"""
CREATE TABLE orderCharges ({_ID}, orderNumber TEXT NOT NULL, lineNo INTEGER NOT NULL, code TEXT NOT NULL,
    description TEXT NOT NULL, amount INTEGER NOT NULL, taxPercent INTEGER NOT NULL, totalTaxAmount INTEGER NOT NULL,
    invoiceNumber TEXT NOT NULL DEFAULT '', {_STAMPS}, PRIMARY KEY (orderNumber, lineNo));
CREATE INDEX chargeOfInvoice ON orderCharges (invoiceNumber);
"""

TABLES = f"""
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE numbers (series TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE companies ({_ID}, name TEXT PRIMARY KEY, displayName TEXT NOT NULL, systemVersion TEXT NOT NULL,
    timestamp INTEGER NOT NULL, businessProfileId TEXT NOT NULL, {_STAMPS});
CREATE TABLE currencies ({_CODE_AND_NAME}, symbol TEXT NOT NULL, amountDecimalPlaces TEXT NOT NULL, {_STAMPS});
CREATE TABLE paymentMethods ({_CODE_AND_NAME}, {_STAMPS});
CREATE TABLE shipmentMethods ({_CODE_AND_NAME}, {_STAMPS});
CREATE TABLE paymentTerms ({_CODE_AND_NAME}, dueDateCalculation TEXT NOT NULL, discountDateCalculation TEXT NOT NULL,
    discountPercent INTEGER NOT NULL, calculateDiscountOnCreditMemos INTEGER NOT NULL, {_STAMPS});
CREATE TABLE locations ({_CODE_AND_NAME}, {_STAMPS});
CREATE TABLE salespeople ({_CODE_AND_NAME}, email TEXT NOT NULL, phoneNumber TEXT NOT NULL, {_STAMPS});
CREATE TABLE taxAreas ({_CODE_AND_NAME}, taxType TEXT NOT NULL, {_STAMPS});
CREATE TABLE unitsOfMeasure ({_CODE_AND_NAME}, internationalStandardCode TEXT NOT NULL, symbol TEXT NOT NULL, {_STAMPS});
CREATE TABLE itemCategories ({_CODE_AND_NAME}, {_STAMPS});

CREATE TABLE itemCards ({_ID}, number TEXT PRIMARY KEY, displayName TEXT NOT NULL, itemCategoryCode TEXT NOT NULL,
    blocked INTEGER NOT NULL, gtin TEXT NOT NULL, unitPrice INTEGER NOT NULL, unitCost INTEGER NOT NULL,
    taxGroupCode TEXT NOT NULL, baseUnitOfMeasureCode TEXT NOT NULL, {_STAMPS});
CREATE TABLE itemUnits ({_ID}, itemNumber TEXT NOT NULL, code TEXT NOT NULL, qtyPerUnitOfMeasure INTEGER NOT NULL,
    {_STAMPS}, PRIMARY KEY (itemNumber, code));
CREATE TABLE itemPlanning ({_ID}, itemNumber TEXT PRIMARY KEY, leadTimeDays INTEGER NOT NULL,
    minimumOrderQuantity INTEGER NOT NULL, orderMultiple INTEGER NOT NULL, discontinuedOn TEXT NOT NULL,
    substituteItemNumber TEXT NOT NULL, description TEXT NOT NULL, {_STAMPS});
CREATE TABLE stockByLocation ({_ID}, itemNumber TEXT NOT NULL, locationCode TEXT NOT NULL, locationName TEXT NOT NULL,
    lotNo TEXT NOT NULL, expirationDate TEXT NOT NULL, quantity INTEGER NOT NULL, {_STAMPS},
    PRIMARY KEY (itemNumber, locationCode, lotNo));
CREATE TABLE priceListLines ({_ID}, priceListCode TEXT NOT NULL, priceListDescription TEXT NOT NULL,
    lineNo INTEGER NOT NULL, sourceType TEXT NOT NULL, sourceNo TEXT NOT NULL, assetType TEXT NOT NULL,
    assetNo TEXT NOT NULL, unitOfMeasureCode TEXT NOT NULL, minimumQuantity INTEGER NOT NULL, currencyCode TEXT NOT NULL,
    amountType TEXT NOT NULL, unitPrice INTEGER NOT NULL, lineDiscountPercent INTEGER NOT NULL,
    startingDate TEXT NOT NULL, endingDate TEXT NOT NULL, status TEXT NOT NULL, {_STAMPS},
    PRIMARY KEY (priceListCode, lineNo));
CREATE INDEX priceOfItem ON priceListLines (assetNo);
CREATE TABLE taxRates ({_ID}, taxAreaCode TEXT NOT NULL, taxGroupCode TEXT NOT NULL, percent INTEGER NOT NULL,
    {_STAMPS}, PRIMARY KEY (taxAreaCode, taxGroupCode));

CREATE TABLE customerCards ({_ID}, number TEXT PRIMARY KEY, displayName TEXT NOT NULL, addressLine1 TEXT NOT NULL,
    addressLine2 TEXT NOT NULL, city TEXT NOT NULL, state TEXT NOT NULL, country TEXT NOT NULL, postalCode TEXT NOT NULL,
    phoneNumber TEXT NOT NULL, email TEXT NOT NULL, salespersonCode TEXT NOT NULL, creditLimit INTEGER NOT NULL,
    taxAreaCode TEXT NOT NULL, taxRegistrationNumber TEXT NOT NULL, currencyCode TEXT NOT NULL,
    paymentTermsCode TEXT NOT NULL, blocked TEXT NOT NULL, openingBalance INTEGER NOT NULL DEFAULT 0,
    openingOverdue INTEGER NOT NULL DEFAULT 0, {_STAMPS});
CREATE TABLE customerDetails ({_ID}, customerNumber TEXT PRIMARY KEY, customerPriceGroup TEXT NOT NULL,
    prepaymentRequired INTEGER NOT NULL, dateOpened TEXT NOT NULL, {_STAMPS});
CREATE TABLE shipToAddresses ({_ID}, customerNumber TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL,
    addressLine1 TEXT NOT NULL, addressLine2 TEXT NOT NULL, city TEXT NOT NULL, state TEXT NOT NULL,
    country TEXT NOT NULL, postalCode TEXT NOT NULL, contact TEXT NOT NULL, phoneNumber TEXT NOT NULL,
    isDefault INTEGER NOT NULL, {_STAMPS}, PRIMARY KEY (customerNumber, code));

CREATE TABLE orders (number TEXT PRIMARY KEY, {_ID}, stateId TEXT NOT NULL UNIQUE, stagingId TEXT NOT NULL UNIQUE,
    staged INTEGER NOT NULL, gone INTEGER NOT NULL DEFAULT 0, prepaid INTEGER NOT NULL DEFAULT 0, orderKey TEXT NOT NULL,
    customerNumber TEXT NOT NULL, customerReference TEXT NOT NULL, channel TEXT NOT NULL, releaseStatus TEXT NOT NULL,
    orderDate TEXT NOT NULL, requestedDeliveryDate TEXT NOT NULL, shipToCode TEXT NOT NULL, shipToName TEXT NOT NULL,
    shipToContact TEXT NOT NULL, shipToAddressLine1 TEXT NOT NULL, shipToAddressLine2 TEXT NOT NULL,
    shipToCity TEXT NOT NULL, shipToState TEXT NOT NULL, shipToCountry TEXT NOT NULL, shipToPostCode TEXT NOT NULL,
    currencyCode TEXT NOT NULL, comment TEXT NOT NULL, totalAmountExcludingTax INTEGER NOT NULL DEFAULT 0,
    totalTaxAmount INTEGER NOT NULL DEFAULT 0, totalAmountIncludingTax INTEGER NOT NULL DEFAULT 0, {_STAMPS});
CREATE UNIQUE INDEX portalOrderKey ON orders (orderKey) WHERE staged = 1;
CREATE INDEX orderByKey ON orders (orderKey);
CREATE INDEX orderByCustomer ON orders (customerNumber);
CREATE INDEX orderByChange ON orders (lastModifiedDateTime);
CREATE TABLE orderLines ({_ID}, stateId TEXT NOT NULL UNIQUE, orderNumber TEXT NOT NULL, lineNo INTEGER NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0, itemNumber TEXT NOT NULL, description TEXT NOT NULL,
    unitOfMeasureCode TEXT NOT NULL, qtyPerUnitOfMeasure INTEGER NOT NULL, quantity INTEGER NOT NULL,
    unitPrice INTEGER NOT NULL, discountPercent INTEGER NOT NULL, discountAmount INTEGER NOT NULL,
    amountExcludingTax INTEGER NOT NULL, taxPercent INTEGER NOT NULL, totalTaxAmount INTEGER NOT NULL,
    requestedDeliveryDate TEXT NOT NULL, comment TEXT NOT NULL, confirmedDate TEXT NOT NULL DEFAULT '0001-01-01',
    shippedQuantity INTEGER NOT NULL DEFAULT 0, invoicedQuantity INTEGER NOT NULL DEFAULT 0,
    cancelledQuantity INTEGER NOT NULL DEFAULT 0, invoicedAmount INTEGER NOT NULL DEFAULT 0,
    invoicedTax INTEGER NOT NULL DEFAULT 0, {_STAMPS}, PRIMARY KEY (orderNumber, lineNo));
CREATE INDEX orderLineByChange ON orderLines (lastModifiedDateTime);

CREATE TABLE shipments (number TEXT PRIMARY KEY, {_ID}, orderNumber TEXT NOT NULL, postingDate TEXT NOT NULL,
    carrierName TEXT NOT NULL, trackingNumber TEXT NOT NULL, trackingUrl TEXT NOT NULL,
    invoiced INTEGER NOT NULL DEFAULT 0, {_STAMPS});
CREATE INDEX shipmentByOrder ON shipments (orderNumber);
CREATE INDEX shipmentByChange ON shipments (lastModifiedDateTime);
CREATE TABLE shipmentEntries ({_ID}, shipmentNumber TEXT NOT NULL, orderNumber TEXT NOT NULL, orderLineNo INTEGER NOT NULL,
    quantity INTEGER NOT NULL, {_STAMPS}, PRIMARY KEY (shipmentNumber, orderLineNo));
CREATE INDEX shipmentEntryByChange ON shipmentEntries (lastModifiedDateTime);
CREATE INDEX shipmentEntryByOrder ON shipmentEntries (orderNumber);

CREATE TABLE invoices (number TEXT PRIMARY KEY, {_ID}, orderNumber TEXT NOT NULL, shipmentNumber TEXT NOT NULL,
    customerNumber TEXT NOT NULL, invoiceDate TEXT NOT NULL, dueDate TEXT NOT NULL,
    totalAmountExcludingTax INTEGER NOT NULL, totalTaxAmount INTEGER NOT NULL, totalAmountIncludingTax INTEGER NOT NULL,
    remainingAmount INTEGER NOT NULL, {_STAMPS});
CREATE INDEX invoiceByOrder ON invoices (orderNumber);
CREATE INDEX invoiceByCustomer ON invoices (customerNumber);
CREATE INDEX invoiceByChange ON invoices (lastModifiedDateTime);
CREATE TABLE invoiceEntries ({_ID}, invoiceNumber TEXT NOT NULL, orderNumber TEXT NOT NULL, orderLineNo INTEGER NOT NULL,
    quantity INTEGER NOT NULL, amountExcludingTax INTEGER NOT NULL, totalTaxAmount INTEGER NOT NULL, {_STAMPS},
    PRIMARY KEY (invoiceNumber, orderLineNo));
CREATE TABLE payments ({_ID}, invoiceNumber TEXT NOT NULL, amount INTEGER NOT NULL, postingDate TEXT NOT NULL, {_STAMPS});

CREATE TABLE lifeSteps (id INTEGER PRIMARY KEY, orderNumber TEXT NOT NULL, kind TEXT NOT NULL, reference TEXT NOT NULL,
    dueAt INTEGER NOT NULL);
CREATE INDEX lifeStepDue ON lifeSteps (dueAt);
CREATE INDEX lifeStepOfOrder ON lifeSteps (orderNumber);
CREATE TABLE subscriptions (subscriptionId TEXT PRIMARY KEY, route TEXT NOT NULL, notificationUrl TEXT NOT NULL,
    resource TEXT NOT NULL, clientState TEXT NOT NULL, expirationDateTime INTEGER NOT NULL, {_STAMPS});
CREATE TABLE ledger (sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, orderKey TEXT NOT NULL,
    body TEXT NOT NULL);
CREATE INDEX ledgerByKey ON ledger (orderKey);
{CHARGES}"""

_ZERO = "'00000000-0000-0000-0000-000000000000'"

_SELL_TO = f"""
    c.id AS customerId, o.customerNumber, c.displayName AS customerName, c.displayName AS billToName,
    c.id AS billToCustomerId, o.customerNumber AS billToCustomerNumber, o.shipToName, o.shipToContact,
    o.shipToAddressLine1, o.shipToAddressLine2, o.shipToCity, o.shipToCountry, o.shipToState, o.shipToPostCode,
    c.addressLine1 AS sellToAddressLine1, c.addressLine2 AS sellToAddressLine2, c.city AS sellToCity,
    c.country AS sellToCountry, c.state AS sellToState, c.postalCode AS sellToPostCode,
    (SELECT id FROM paymentTerms WHERE code = c.paymentTermsCode) AS paymentTermsId,
    c.paymentTermsCode, {_ZERO} AS shipmentMethodId, '' AS shipmentMethodCode, c.salespersonCode AS salesperson,
    c.phoneNumber, c.email, {_ZERO} AS currencyId, o.currencyCode, 0 AS pricesIncludeTax, 0 AS discountAmount,
    1 AS discountAppliedBeforeTax
"""  # noqa: S608 -- put together from constants of this module

_PRICED = """
    l.description, '' AS description2, l.unitOfMeasureCode, l.unitPrice, l.discountPercent, 'Item' AS lineType,
    l.itemNumber AS lineObjectNumber, l.taxPercent, i.taxGroupCode AS taxCode, i.id AS itemId,
    0 AS discountAppliedBeforeTax
"""

# Charges follow the lines; in the ERP's sequence they come after any line.
_CHARGED = f"""
    900000 + x.lineNo AS sequence, x.description, '' AS description2, '' AS unitOfMeasureCode, x.amount AS unitPrice,
    0 AS discountPercent, 'Charge' AS lineType, x.code AS lineObjectNumber, x.taxPercent, '' AS taxCode, {_ZERO} AS itemId,
    0 AS discountAppliedBeforeTax
"""

VIEWS = f"""
CREATE VIEW items AS SELECT i.*, '' AS displayName2, 'Inventory' AS type, 0 AS priceIncludesTax,
    COALESCE((SELECT id FROM itemCategories WHERE code = i.itemCategoryCode), {_ZERO}) AS itemCategoryId,
    COALESCE((SELECT SUM(quantity) FROM stockByLocation WHERE itemNumber = i.number), 0) AS inventory,
    {_ZERO} AS taxGroupId, (SELECT id FROM unitsOfMeasure WHERE code = i.baseUnitOfMeasureCode) AS baseUnitOfMeasureId
    FROM itemCards i;

CREATE VIEW customers AS SELECT c.*, 'Company' AS type, '' AS website, 1 AS taxLiable,
    (SELECT id FROM taxAreas WHERE code = c.taxAreaCode) AS taxAreaId, c.taxAreaCode AS taxAreaDisplayName,
    {_ZERO} AS currencyId, (SELECT id FROM paymentTerms WHERE code = c.paymentTermsCode) AS paymentTermsId,
    {_ZERO} AS shipmentMethodId, {_ZERO} AS paymentMethodId,
    c.openingBalance + COALESCE((SELECT SUM(remainingAmount) FROM invoices WHERE customerNumber = c.number), 0)
        AS balanceDue
    FROM customerCards c;

CREATE VIEW customerFinancialDetails AS SELECT c.id, c.number, c.lastModifiedDateTime, c.rowVersion,
    c.openingBalance + COALESCE((SELECT SUM(remainingAmount) FROM invoices WHERE customerNumber = c.number), 0)
        AS balance,
    COALESCE((SELECT SUM(totalAmountExcludingTax) FROM invoices WHERE customerNumber = c.number), 0)
        AS totalSalesExcludingTax,
    c.openingOverdue + COALESCE((SELECT SUM(remainingAmount) FROM invoices WHERE customerNumber = c.number
        AND dueDate < date('now')), 0) AS overdueAmount
    FROM customerCards c;

CREATE VIEW salesOrders AS SELECT o.id, o.number, o.orderKey AS externalDocumentNumber, o.orderDate,
    o.orderDate AS postingDate, o.requestedDeliveryDate, o.totalAmountExcludingTax, o.totalTaxAmount,
    o.totalAmountIncludingTax, o.lastModifiedDateTime, o.rowVersion, 1 AS partialShipping,
    NOT EXISTS (SELECT 1 FROM orderLines WHERE orderNumber = o.number
        AND shippedQuantity + cancelledQuantity < quantity) AS fullyShipped,
    CASE o.releaseStatus WHEN 'Open' THEN 'Draft' WHEN 'Pending Approval' THEN 'In Review' ELSE 'Open' END AS status,
    {_SELL_TO} FROM orders o JOIN customerCards c ON c.number = o.customerNumber WHERE o.gone = 0;

CREATE VIEW salesOrderLines AS SELECT l.id, o.id AS documentId, l.lineNo AS sequence, {_PRICED}, {_ZERO} AS accountId,
    (SELECT id FROM unitsOfMeasure WHERE code = l.unitOfMeasureCode) AS unitOfMeasureId, l.quantity, l.discountAmount,
    l.amountExcludingTax, l.totalTaxAmount, l.amountExcludingTax + l.totalTaxAmount AS amountIncludingTax,
    l.amountExcludingTax AS netAmount, l.totalTaxAmount AS netTaxAmount,
    l.amountExcludingTax + l.totalTaxAmount AS netAmountIncludingTax,
    CASE WHEN l.confirmedDate > '0001-01-01' THEN l.confirmedDate ELSE l.requestedDeliveryDate END AS shipmentDate,
    l.shippedQuantity, l.invoicedQuantity, l.shippedQuantity - l.invoicedQuantity AS invoiceQuantity,
    l.quantity - l.shippedQuantity - l.cancelledQuantity AS shipQuantity, {_ZERO} AS itemVariantId,
    {_ZERO} AS locationId, l.lastModifiedDateTime, l.rowVersion
    FROM orderLines l JOIN orders o ON o.number = l.orderNumber JOIN itemCards i ON i.number = l.itemNumber
    WHERE o.gone = 0 AND l.removed = 0
    UNION ALL SELECT x.id, o.id, {_CHARGED}, {_ZERO}, {_ZERO}, 1000000, 0, x.amount, x.totalTaxAmount,
    x.amount + x.totalTaxAmount, x.amount, x.totalTaxAmount, x.amount + x.totalTaxAmount, o.requestedDeliveryDate,
    CASE x.invoiceNumber WHEN '' THEN 0 ELSE 1000000 END, CASE x.invoiceNumber WHEN '' THEN 0 ELSE 1000000 END, 0,
    CASE x.invoiceNumber WHEN '' THEN 1000000 ELSE 0 END, {_ZERO}, {_ZERO}, x.lastModifiedDateTime, x.rowVersion
    FROM orderCharges x JOIN orders o ON o.number = x.orderNumber WHERE o.gone = 0;

CREATE VIEW orderStates AS SELECT stateId AS id, number AS orderNumber, orderKey, customerNumber, customerReference,
    channel, releaseStatus, orderDate, currencyCode, totalAmountExcludingTax, totalTaxAmount, totalAmountIncludingTax,
    lastModifiedDateTime, rowVersion FROM orders;

CREATE VIEW orderLineStates AS SELECT stateId AS id, orderNumber, lineNo, itemNumber, description, unitOfMeasureCode,
    quantity, unitPrice, discountPercent, amountExcludingTax, shippedQuantity, invoicedQuantity, cancelledQuantity,
    confirmedDate, lastModifiedDateTime, rowVersion FROM orderLines;

CREATE VIEW portalOrders AS SELECT stagingId AS id, orderKey, number AS orderNumber, id AS orderId, customerNumber,
    customerReference, requestedDeliveryDate, shipToCode, currencyCode, comment, channel, orderDate,
    totalAmountExcludingTax, totalTaxAmount, totalAmountIncludingTax, releaseStatus, lastModifiedDateTime, rowVersion
    FROM orders WHERE staged = 1;

CREATE VIEW salesShipments AS SELECT s.id, s.number, o.orderKey AS externalDocumentNumber, s.postingDate AS invoiceDate,
    s.postingDate, '0001-01-01' AS dueDate, o.customerReference AS customerPurchaseOrderReference, s.orderNumber,
    s.lastModifiedDateTime, s.rowVersion, {_SELL_TO}
    FROM shipments s JOIN orders o ON o.number = s.orderNumber JOIN customerCards c ON c.number = o.customerNumber;

CREATE VIEW salesShipmentLines AS SELECT e.id, s.id AS documentId, e.shipmentNumber AS documentNo,
    e.orderLineNo AS sequence, {_PRICED}, e.quantity, s.postingDate AS shipmentDate, e.lastModifiedDateTime, e.rowVersion
    FROM shipmentEntries e JOIN shipments s ON s.number = e.shipmentNumber
    JOIN orderLines l ON l.orderNumber = e.orderNumber AND l.lineNo = e.orderLineNo
    JOIN itemCards i ON i.number = l.itemNumber;

CREATE VIEW shipmentLines AS SELECT e.id, e.shipmentNumber, e.orderNumber, o.orderKey, e.orderLineNo, l.itemNumber,
    e.quantity, l.unitOfMeasureCode, s.carrierName, s.trackingNumber, s.trackingUrl, s.postingDate,
    e.lastModifiedDateTime, e.rowVersion
    FROM shipmentEntries e JOIN shipments s ON s.number = e.shipmentNumber JOIN orders o ON o.number = e.orderNumber
    JOIN orderLines l ON l.orderNumber = e.orderNumber AND l.lineNo = e.orderLineNo;

CREATE VIEW salesInvoices AS SELECT v.id, v.number, o.orderKey AS externalDocumentNumber, v.invoiceDate,
    v.invoiceDate AS postingDate, v.dueDate, o.customerReference AS customerPurchaseOrderReference, o.id AS orderId,
    v.orderNumber, v.remainingAmount, v.totalAmountExcludingTax, v.totalTaxAmount, v.totalAmountIncludingTax,
    CASE WHEN v.remainingAmount = 0 THEN 'Paid' ELSE 'Open' END AS status, v.lastModifiedDateTime, v.rowVersion,
    {_SELL_TO}
    FROM invoices v JOIN orders o ON o.number = v.orderNumber JOIN customerCards c ON c.number = v.customerNumber;

CREATE VIEW salesInvoiceLines AS SELECT e.id, v.id AS documentId, e.orderLineNo AS sequence, {_PRICED}, e.quantity,
    0 AS discountAmount, e.amountExcludingTax, e.totalTaxAmount,
    e.amountExcludingTax + e.totalTaxAmount AS amountIncludingTax, e.amountExcludingTax AS netAmount,
    e.totalTaxAmount AS netTaxAmount, e.amountExcludingTax + e.totalTaxAmount AS netAmountIncludingTax,
    v.invoiceDate AS shipmentDate, e.lastModifiedDateTime, e.rowVersion
    FROM invoiceEntries e JOIN invoices v ON v.number = e.invoiceNumber
    JOIN orderLines l ON l.orderNumber = e.orderNumber AND l.lineNo = e.orderLineNo
    JOIN itemCards i ON i.number = l.itemNumber
    UNION ALL SELECT x.id, v.id, {_CHARGED}, 1000000, 0, x.amount, x.totalTaxAmount, x.amount + x.totalTaxAmount, x.amount,
    x.totalTaxAmount, x.amount + x.totalTaxAmount, v.invoiceDate, x.lastModifiedDateTime, x.rowVersion
    FROM orderCharges x JOIN invoices v ON v.number = x.invoiceNumber;
"""  # noqa: S608 -- put together from constants of this module
